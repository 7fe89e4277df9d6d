package interop.leshan.bench;

import java.util.List;
import java.util.Map;
import org.eclipse.leshan.client.resource.BaseInstanceEnabler;
import org.eclipse.leshan.client.servers.LwM2mServer;
import org.eclipse.leshan.core.model.ObjectModel;
import org.eclipse.leshan.core.response.ReadResponse;

/** An IPSO temperature sensor (3303) that always shows the same; the other client is configured to show it too. */
public final class Thermometer extends BaseInstanceEnabler {
    static final int ID = 3303;
    private static final Map<Integer, Object> VALUES =
        Map.of(5700, 21.5, 5601, -4.25, 5602, 38.75, 5603, -40.0, 5604, 125.0, 5701, "Cel", 5750, "bench");

    @Override
    public ReadResponse read(LwM2mServer server, int resource) {
        Object value = VALUES.get(resource);
        if (value instanceof Double number) return ReadResponse.success(resource, number);
        if (value instanceof String text) return ReadResponse.success(resource, text);
        return ReadResponse.notFound();
    }

    @Override
    public List<Integer> getAvailableResourceIds(ObjectModel model) {
        return VALUES.keySet().stream().sorted().toList();
    }
}
