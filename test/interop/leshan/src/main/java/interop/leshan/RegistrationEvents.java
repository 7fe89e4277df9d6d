package interop.leshan;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import org.eclipse.leshan.core.observation.Observation;
import org.eclipse.leshan.server.LeshanServer;
import org.eclipse.leshan.server.queue.PresenceListener;
import org.eclipse.leshan.server.registration.Registration;
import org.eclipse.leshan.server.registration.RegistrationListener;
import org.eclipse.leshan.server.registration.RegistrationUpdate;

/** REGISTRATION, UPDATED, DEREGISTRATION, AWAKE and SLEEPING. */
final class RegistrationEvents implements RegistrationListener, PresenceListener {
    private final EventStreams events;

    RegistrationEvents(EventStreams events) {
        this.events = events;
    }

    void listenTo(LeshanServer server) {
        server.getRegistrationService().addListener(this);
        server.getPresenceService().addListener(this);
    }

    @Override
    public void registered(Registration registration, Registration previous, Collection<Observation> previousObservations) {
        events.send("REGISTRATION", registration.getEndpoint(), RegistrationJson.of(registration));
    }

    @Override
    public void updated(RegistrationUpdate update, Registration updated, Registration previous) {
        ObjectNode data = JsonNodeFactory.instance.objectNode();
        data.set("registration", RegistrationJson.of(updated));
        ObjectNode changes = data.putObject("update");
        changes.put("registrationId", update.getRegistrationId());
        changes.put("address", update.getAddress().getHostAddress() + ":" + update.getPort());
        if (update.getLifeTimeInSec() != null) changes.put("lifetime", update.getLifeTimeInSec());
        if (update.getObjectLinks() != null) changes.set("objectLinks", RegistrationJson.links(update.getObjectLinks()));
        events.send("UPDATED", updated.getEndpoint(), data);
    }

    @Override
    public void unregistered(Registration registration, Collection<Observation> observations, boolean expired, Registration next) {
        events.send("DEREGISTRATION", registration.getEndpoint(), RegistrationJson.of(registration).put("expired", expired));
    }

    @Override
    public void onAwake(Registration registration) {
        presence("AWAKE", registration);
    }

    @Override
    public void onSleeping(Registration registration) {
        presence("SLEEPING", registration);
    }

    private void presence(String name, Registration registration) {
        String endpoint = registration.getEndpoint();
        events.send(name, endpoint, JsonNodeFactory.instance.objectNode().put("ep", endpoint));
    }
}
