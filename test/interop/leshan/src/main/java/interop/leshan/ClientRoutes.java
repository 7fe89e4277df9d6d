package interop.leshan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.eclipse.leshan.server.registration.Registration;

/** /api/clients: who is registered, and the operations on their nodes. */
final class ClientRoutes {
    private final ManagementServer management;
    private final NodeOperations nodes;
    private final CompositeOperations composite;

    ClientRoutes(ManagementServer management) {
        this.management = management;
        this.nodes = new NodeOperations(management.leshan());
        this.composite = new CompositeOperations(management.leshan());
    }

    void addTo(HttpFace face) {
        face.route("/api/clients", this::answer);
    }

    private JsonNode answer(HttpCall call) throws Exception {
        List<String> segments = call.segments();
        if (segments.isEmpty()) return list();
        Registration registration = management.leshan().getRegistrationService().getByEndpoint(segments.get(0));
        if (registration == null) throw new IllegalArgumentException("No registered client with id '" + segments.get(0) + "'");
        if (segments.size() == 1) return of(registration);
        List<String> below = segments.subList(1, segments.size());
        if (below.get(0).equals("composite")) return Answers.of(composite.answer(registration, below, call));
        return Answers.of(nodes.answer(registration, below, call));
    }

    private JsonNode list() {
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        management.leshan().getRegistrationService().getAllRegistrations().forEachRemaining(one -> json.add(of(one)));
        return json;
    }

    private ObjectNode of(Registration registration) {
        ObjectNode json = RegistrationJson.of(registration);
        String suite = management.cipherSuite(registration);
        return suite == null ? json : json.put("cipherSuite", suite);
    }
}
