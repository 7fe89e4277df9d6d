package interop.leshan;

import java.util.List;
import org.eclipse.leshan.core.node.LwM2mPath;
import org.eclipse.leshan.core.observation.CompositeObservation;
import org.eclipse.leshan.core.request.CancelCompositeObservationRequest;
import org.eclipse.leshan.core.request.ContentFormat;
import org.eclipse.leshan.core.request.ObserveCompositeRequest;
import org.eclipse.leshan.core.request.ReadCompositeRequest;
import org.eclipse.leshan.core.request.WriteCompositeRequest;
import org.eclipse.leshan.core.response.LwM2mResponse;
import org.eclipse.leshan.server.LeshanServer;
import org.eclipse.leshan.server.registration.Registration;

/** Operations on several nodes: METHOD /api/clients/ENDPOINT/composite[/observe]?paths=/3/0/0,/1/0. */
final class CompositeOperations {
    private final LeshanServer server;

    CompositeOperations(LeshanServer server) {
        this.server = server;
    }

    /** What the device answered, or null when it did not. */
    LwM2mResponse answer(Registration registration, List<String> segments, HttpCall call) throws Exception {
        long timeout = Parameters.timeout(call);
        ContentFormat paths = Parameters.format(call, "pathformat", ContentFormat.SENML_CBOR);
        ContentFormat nodes = Parameters.format(call, "nodeformat", ContentFormat.SENML_CBOR);
        return switch (call.method() + " " + String.join("/", segments)) {
            case "GET composite" -> server.send(registration, new ReadCompositeRequest(paths(call), paths, nodes, null), timeout);
            case "PUT composite" -> server.send(registration, new WriteCompositeRequest(nodes, NodeJson.parseAll(call.body()), null), timeout);
            case "POST composite/observe" -> server.send(registration, new ObserveCompositeRequest(paths, nodes, paths(call)), timeout);
            case "DELETE composite/observe" -> cancel(registration, call);
            default -> throw call.unknown();
        };
    }

    private LwM2mResponse cancel(Registration registration, HttpCall call) throws InterruptedException {
        List<LwM2mPath> paths = paths(call);
        if (!call.query().containsKey("active")) {
            String[] names = paths.stream().map(LwM2mPath::toString).toArray(String[]::new);
            return Cancelled.passively(server.getObservationService().cancelCompositeObservations(registration, names));
        }
        CompositeObservation observation = server.getObservationService().getObservations(registration).stream()
            .filter(CompositeObservation.class::isInstance).map(CompositeObservation.class::cast)
            .filter(one -> one.getPaths().equals(paths)).findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no observation of " + paths));
        LwM2mResponse response = server.send(registration, new CancelCompositeObservationRequest(observation), Parameters.timeout(call));
        server.getObservationService().cancelObservation(observation);
        return response;
    }

    private static List<LwM2mPath> paths(HttpCall call) {
        String names = call.query().get("paths");
        if (names == null) throw new IllegalArgumentException("the parameter \"paths\" is missing");
        return LwM2mPath.getLwM2mPathList(List.of(names.split(",")));
    }
}
