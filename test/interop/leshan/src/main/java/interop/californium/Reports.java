package interop.californium;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What happens, as lines of JSON on standard output. */
final class Reports {
    private Reports() {}

    /** {@code details}: names and values in turn. */
    static synchronized void say(String event, Object... details) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("event", event);
        for (int i = 0; i < details.length; i += 2) json.putPOJO((String) details[i], details[i + 1]);
        System.out.println(json);
    }
}
