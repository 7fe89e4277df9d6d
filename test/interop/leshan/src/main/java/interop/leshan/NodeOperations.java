package interop.leshan;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.leshan.core.link.attributes.InvalidAttributeException;
import org.eclipse.leshan.core.link.lwm2m.attributes.DefaultLwM2mAttributeParser;
import org.eclipse.leshan.core.link.lwm2m.attributes.LwM2mAttributeSet;
import org.eclipse.leshan.core.node.LwM2mObjectInstance;
import org.eclipse.leshan.core.observation.SingleObservation;
import org.eclipse.leshan.core.request.CancelObservationRequest;
import org.eclipse.leshan.core.request.ContentFormat;
import org.eclipse.leshan.core.request.CreateRequest;
import org.eclipse.leshan.core.request.DeleteRequest;
import org.eclipse.leshan.core.request.DiscoverRequest;
import org.eclipse.leshan.core.request.DownlinkRequest;
import org.eclipse.leshan.core.request.ExecuteRequest;
import org.eclipse.leshan.core.request.ObserveRequest;
import org.eclipse.leshan.core.request.ReadRequest;
import org.eclipse.leshan.core.request.WriteAttributesRequest;
import org.eclipse.leshan.core.request.WriteRequest;
import org.eclipse.leshan.core.request.argument.InvalidArgumentException;
import org.eclipse.leshan.core.response.LwM2mResponse;
import org.eclipse.leshan.server.LeshanServer;
import org.eclipse.leshan.server.registration.Registration;

/** Operations on one node: METHOD /api/clients/ENDPOINT/3/0/0[/discover|/attributes|/observe]. */
final class NodeOperations {
    private final LeshanServer server;

    NodeOperations(LeshanServer server) {
        this.server = server;
    }

    /** What the device answered, or null when it did not. */
    LwM2mResponse answer(Registration registration, List<String> segments, HttpCall call) throws Exception {
        String last = segments.get(segments.size() - 1);
        boolean verb = !last.chars().allMatch(Character::isDigit);
        String path = "/" + String.join("/", verb ? segments.subList(0, segments.size() - 1) : segments);
        if (verb && call.method().equals("DELETE") && last.equals("observe")) return cancel(registration, path, call);
        DownlinkRequest<? extends LwM2mResponse> request =
            verb ? verbRequest(last, path, call) : plainRequest(path, segments.size(), call);
        return server.send(registration, request, Parameters.timeout(call));
    }

    private static DownlinkRequest<? extends LwM2mResponse> verbRequest(String verb, String path, HttpCall call) throws Exception {
        return switch (call.method() + " " + verb) {
            case "GET discover" -> new DiscoverRequest(path);
            case "PUT attributes" -> new WriteAttributesRequest(path, attributes(call));
            case "POST observe" -> new ObserveRequest(Parameters.format(call, "format", null), path);
            default -> throw call.unknown();
        };
    }

    private static DownlinkRequest<? extends LwM2mResponse> plainRequest(String path, int depth, HttpCall call) throws Exception {
        return switch (call.method()) {
            case "GET" -> new ReadRequest(Parameters.format(call, "format", null), path);
            case "PUT" -> write(path, call);
            case "POST" -> depth == 1 ? create(path, call) : execute(path, call);
            case "DELETE" -> new DeleteRequest(path);
            default -> throw call.unknown();
        };
    }

    private static WriteRequest write(String path, HttpCall call) throws Exception {
        boolean replace = !"false".equals(call.query().get("replace"));
        return new WriteRequest(replace ? WriteRequest.Mode.REPLACE : WriteRequest.Mode.UPDATE,
            Parameters.format(call, "format", ContentFormat.DEFAULT), path, NodeJson.parse(call.body()));
    }

    private static CreateRequest create(String path, HttpCall call) throws Exception {
        LwM2mObjectInstance instance = NodeJson.instance(call.body());
        ContentFormat format = Parameters.format(call, "format", ContentFormat.DEFAULT);
        if (instance.getId() == LwM2mObjectInstance.UNDEFINED) return new CreateRequest(format, path, instance.getResources().values());
        return new CreateRequest(format, path, instance);
    }

    private static ExecuteRequest execute(String path, HttpCall call) throws Exception {
        String arguments = call.text();
        try {
            return arguments.isEmpty() ? new ExecuteRequest(path)
                : new ExecuteRequest(path, org.eclipse.leshan.core.request.argument.Arguments.parse(arguments));
        } catch (InvalidArgumentException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static LwM2mAttributeSet attributes(HttpCall call) {
        List<String> parameters = new ArrayList<>();
        for (Map.Entry<String, String> one : call.query().entrySet()) {
            if (one.getKey().equals("timeout")) continue;
            parameters.add(one.getValue() == null ? one.getKey() : one.getKey() + "=" + one.getValue());
        }
        try {
            return new LwM2mAttributeSet(new DefaultLwM2mAttributeParser().parseQueryParams(parameters));
        } catch (InvalidAttributeException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Active: by a request with Observe=1. Passive: forget it, so that the next notification is answered by RST. */
    private LwM2mResponse cancel(Registration registration, String path, HttpCall call) throws InterruptedException {
        if (!call.query().containsKey("active")) {
            int cancelled = server.getObservationService().cancelObservations(registration, path);
            return Cancelled.passively(cancelled);
        }
        SingleObservation observation = server.getObservationService().getObservations(registration).stream()
            .filter(SingleObservation.class::isInstance).map(SingleObservation.class::cast)
            .filter(one -> one.getPath().toString().equals(path)).findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no observation of " + path));
        LwM2mResponse response = server.send(registration, new CancelObservationRequest(observation), Parameters.timeout(call));
        server.getObservationService().cancelObservation(observation);
        return response;
    }
}
