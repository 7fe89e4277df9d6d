package interop.leshan;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.leshan.core.node.LwM2mPath;
import org.eclipse.leshan.core.request.BootstrapDeleteRequest;
import org.eclipse.leshan.core.request.BootstrapDiscoverRequest;
import org.eclipse.leshan.core.request.BootstrapDownlinkRequest;
import org.eclipse.leshan.core.request.BootstrapReadRequest;
import org.eclipse.leshan.core.request.BootstrapWriteRequest;
import org.eclipse.leshan.core.request.ContentFormat;
import org.eclipse.leshan.core.response.LwM2mResponse;
import org.eclipse.leshan.server.bootstrap.BootstrapConfigStoreTaskProvider;
import org.eclipse.leshan.server.bootstrap.BootstrapSession;
import org.eclipse.leshan.server.bootstrap.BootstrapTaskProvider;

/**
 * What is done with an endpoint whose configuration has a "script": its steps in their order, then Finish. A step is
 * {"discover": PATH}, {"read": PATH}, {"delete": PATH} or {"write": PATH, "node": NODE}; NODE as the HTTP face has it.
 */
final class BootstrapScripts implements BootstrapTaskProvider {
    private static final Map<Integer, String> VERSIONS = Map.of(0, "1.1", 1, "1.1", 2, "1.0", 3, "1.1");

    private final BootstrapConfigurations configurations;
    private final BootstrapTaskProvider others;

    BootstrapScripts(BootstrapConfigurations configurations) {
        this.configurations = configurations;
        this.others = new BootstrapConfigStoreTaskProvider(session -> configurations.get(session.getEndpoint()));
    }

    @Override
    public Tasks getTasks(BootstrapSession session, List<LwM2mResponse> previous) {
        JsonNode script = configurations.script(session.getEndpoint());
        if (script == null) return others.getTasks(session, previous);
        Tasks tasks = new Tasks();
        tasks.requestsToSend = new ArrayList<>();
        tasks.supportedObjects = VERSIONS;
        tasks.last = true;
        script.forEach(step -> tasks.requestsToSend.add(request(step)));
        return tasks;
    }

    private static BootstrapDownlinkRequest<? extends LwM2mResponse> request(JsonNode step) {
        if (step.has("discover")) return new BootstrapDiscoverRequest(step.get("discover").asText());
        if (step.has("read")) return new BootstrapReadRequest(step.get("read").asText());
        if (step.has("delete")) return new BootstrapDeleteRequest(step.get("delete").asText());
        LwM2mPath path = new LwM2mPath(step.path("write").asText());
        return new BootstrapWriteRequest(path, NodeJson.parse(step.get("node")), ContentFormat.SENML_CBOR);
    }
}
