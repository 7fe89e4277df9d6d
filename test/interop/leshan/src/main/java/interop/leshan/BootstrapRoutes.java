package interop.leshan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** /api/bootstrap: the configuration of each endpoint. PUT is taken like POST. */
final class BootstrapRoutes {
    private final BootstrapConfigurations configurations;

    BootstrapRoutes(BootstrapConfigurations configurations) {
        this.configurations = configurations;
    }

    void addTo(HttpFace face) {
        face.route("/api/bootstrap", this::answer);
    }

    private JsonNode answer(HttpCall call) throws Exception {
        List<String> segments = call.segments();
        if (call.method().equals("GET") && segments.isEmpty()) return all();
        if (segments.size() != 1) throw call.unknown();
        switch (call.method()) {
            case "POST", "PUT" -> configurations.put(segments.get(0), call.body());
            case "DELETE" -> configurations.remove(segments.get(0));
            default -> throw call.unknown();
        }
        return call.method().equals("DELETE") ? null : HttpFace.message("added");
    }

    private JsonNode all() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        configurations.all().forEach(json::set);
        return json;
    }
}
