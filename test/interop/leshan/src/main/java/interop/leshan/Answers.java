package interop.leshan;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.eclipse.leshan.core.request.exception.TimeoutException;
import org.eclipse.leshan.core.response.CreateResponse;
import org.eclipse.leshan.core.response.DiscoverResponse;
import org.eclipse.leshan.core.response.LwM2mResponse;
import org.eclipse.leshan.core.response.ReadCompositeResponse;
import org.eclipse.leshan.core.response.ReadResponse;

/** A device's response as JSON: status, what it says of itself, and its content. */
final class Answers {
    private Answers() {}

    /** Such as CONTENT(205). */
    static String status(LwM2mResponse response) {
        return response.getCode().toString();
    }

    static ObjectNode of(LwM2mResponse response) throws TimeoutException {
        if (response == null) throw new TimeoutException(TimeoutException.Type.RESPONSE_TIMEOUT, "no answer");
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("status", status(response));
        json.put("valid", response.isValid()).put("success", response.isSuccess()).put("failure", response.isFailure());
        if (response.getErrorMessage() != null) json.put("errormessage", response.getErrorMessage());
        if (response instanceof ReadResponse read && read.getContent() != null) json.set("content", NodeJson.of(read.getContent()));
        if (response instanceof ReadCompositeResponse read && read.getContent() != null) json.set("content", NodeJson.of(read.getContent()));
        if (response instanceof DiscoverResponse discover && discover.getObjectLinks() != null) {
            json.set("objectLinks", RegistrationJson.links(discover.getObjectLinks()));
        }
        if (response instanceof CreateResponse create && create.getLocation() != null) json.put("location", create.getLocation());
        return json;
    }
}
