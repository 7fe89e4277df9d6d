package interop.leshan;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.eclipse.leshan.core.link.Link;
import org.eclipse.leshan.core.node.LwM2mPath;
import org.eclipse.leshan.server.registration.Registration;

/** A registration as JSON. */
final class RegistrationJson {
    private RegistrationJson() {}

    static ObjectNode of(Registration registration) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("endpoint", registration.getEndpoint());
        json.put("registrationId", registration.getId());
        json.put("registrationDate", registration.getRegistrationDate().getTime());
        json.put("lastUpdate", registration.getLastUpdate().getTime());
        json.put("address", registration.getAddress().getHostAddress() + ":" + registration.getPort());
        json.put("lwM2mVersion", registration.getLwM2mVersion().toString());
        json.put("lifetime", registration.getLifeTimeInSec());
        StringBuilder binding = new StringBuilder();
        registration.getBindingMode().forEach(binding::append);
        json.put("bindingMode", binding.toString());
        json.put("rootPath", registration.getRootPath());
        json.set("objectLinks", links(registration.getSortedObjectLinks()));
        json.put("secure", registration.getClientTransportData().getIdentity().isSecure());
        ObjectNode additional = json.putObject("additionalRegistrationAttributes");
        registration.getAdditionalRegistrationAttributes().forEach(additional::put);
        json.put("queuemode", registration.usesQueueMode());
        ObjectNode instances = json.putObject("availableInstances");
        for (LwM2mPath path : registration.getAvailableInstances()) {
            if (path.isObjectInstance()) instances.withArray("/" + path.getObjectId()).add(path.getObjectInstanceId());
        }
        return json;
    }

    static ArrayNode links(Link[] links) {
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        for (Link link : links) {
            ObjectNode entry = json.addObject().put("url", link.getUriReference());
            ObjectNode attributes = entry.putObject("attributes");
            link.getAttributes().forEach(attribute -> attributes.put(attribute.getName(), attribute.getCoreLinkValue()));
        }
        return json;
    }
}
