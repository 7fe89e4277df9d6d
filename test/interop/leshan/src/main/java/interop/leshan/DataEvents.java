package interop.leshan;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.eclipse.leshan.core.node.TimestampedLwM2mNodes;
import org.eclipse.leshan.core.observation.CompositeObservation;
import org.eclipse.leshan.core.observation.Observation;
import org.eclipse.leshan.core.observation.SingleObservation;
import org.eclipse.leshan.core.request.SendRequest;
import org.eclipse.leshan.core.response.ObserveCompositeResponse;
import org.eclipse.leshan.core.response.ObserveResponse;
import org.eclipse.leshan.server.LeshanServer;
import org.eclipse.leshan.server.observation.ObservationListener;
import org.eclipse.leshan.server.registration.Registration;
import org.eclipse.leshan.server.send.SendListener;

/** NOTIFICATION and SEND: the values that a device reports, and DATAERROR where Leshan could not read them. */
final class DataEvents implements ObservationListener, SendListener {
    private final EventStreams events;

    DataEvents(EventStreams events) {
        this.events = events;
    }

    void listenTo(LeshanServer server) {
        server.getObservationService().addListener(this);
        server.getSendService().addListener(this);
    }

    @Override
    public void onResponse(SingleObservation observation, Registration registration, ObserveResponse response) {
        ObjectNode data = of(registration).put("kind", "single").put("res", observation.getPath().toString());
        data.put("status", Answers.status(response));
        if (response.getContent() != null) data.set("val", NodeJson.of(response.getContent()));
        var timestamped = response.getTimestampedLwM2mNode();
        if (timestamped != null && timestamped.isTimestamped()) data.put("time", timestamped.getTimestamp().toEpochMilli());
        events.send("NOTIFICATION", registration.getEndpoint(), data);
    }

    @Override
    public void onResponse(CompositeObservation observation, Registration registration, ObserveCompositeResponse response) {
        ObjectNode data = of(registration).put("kind", "composite").put("status", Answers.status(response));
        if (response.getContent() != null) data.set("val", NodeJson.of(response.getContent()));
        ArrayNode paths = data.putArray("paths");
        observation.getPaths().forEach(path -> paths.add(path.toString()));
        events.send("NOTIFICATION", registration.getEndpoint(), data);
    }

    @Override
    public void dataReceived(Registration registration, TimestampedLwM2mNodes nodes, SendRequest request) {
        ObjectNode data = of(registration);
        data.set("val", NodeJson.of(nodes.getNodes()));
        ArrayNode series = data.putArray("series");
        for (var time : nodes.getTimestamps()) {
            ObjectNode entry = series.addObject();
            if (time != null) entry.put("time", time.toEpochMilli());
            entry.set("val", NodeJson.of(nodes.getNodesAt(time)));
        }
        events.send("SEND", registration.getEndpoint(), data);
    }

    @Override
    public void onError(Observation observation, Registration registration, Exception error) {
        events.send("DATAERROR", registration.getEndpoint(), of(registration).put("error", String.valueOf(error)));
    }

    @Override
    public void onError(Registration registration, String message, Exception error) {
        events.send("DATAERROR", registration.getEndpoint(), of(registration).put("error", message + ": " + error));
    }

    @Override
    public void newObservation(Observation observation, Registration registration) {
        // the answer to the observe call already says so
    }

    @Override
    public void cancelled(Observation observation) {
        // the answer to the cancel call already says so
    }

    private static ObjectNode of(Registration registration) {
        return JsonNodeFactory.instance.objectNode().put("ep", registration.getEndpoint());
    }
}
