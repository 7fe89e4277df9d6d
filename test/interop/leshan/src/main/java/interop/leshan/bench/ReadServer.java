package interop.leshan.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import interop.Arguments;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import org.eclipse.leshan.core.endpoint.Protocol;
import org.eclipse.leshan.core.model.ObjectLoader;
import org.eclipse.leshan.core.model.ObjectModel;
import org.eclipse.leshan.core.observation.Observation;
import org.eclipse.leshan.server.LeshanServer;
import org.eclipse.leshan.server.LeshanServerBuilder;
import org.eclipse.leshan.server.californium.endpoint.CaliforniumServerEndpointsProvider;
import org.eclipse.leshan.server.californium.endpoint.coap.CoapServerProtocolProvider;
import org.eclipse.leshan.server.californium.endpoint.coaps.CoapsServerProtocolProvider;
import org.eclipse.leshan.server.model.VersionedModelProvider;
import org.eclipse.leshan.server.registration.Registration;
import org.eclipse.leshan.server.registration.RegistrationListener;
import org.eclipse.leshan.server.registration.RegistrationUpdate;
import org.eclipse.leshan.server.security.InMemorySecurityStore;
import org.eclipse.leshan.server.security.SecurityInfo;

/**
 * A Leshan server that reads from devices as fast as they answer. Says its ports, and when a device registers, as JSON
 * lines; takes commands on standard input and ends with it.
 *
 * <pre>
 * --models DIR                         object definitions beyond those that come with Leshan
 * psk ENDPOINT HEX                     the endpoint comes with this key under its own name, and only so
 * read ENDPOINT FORMAT PATH COUNT COLD WARM
 *                                      reads COUNT times; says how long the first COLD and the last WARM took
 * </pre>
 */
public final class ReadServer {
    private final InMemorySecurityStore security = new InMemorySecurityStore();
    private final LeshanServer leshan;

    private ReadServer(List<ObjectModel> models) {
        var endpoints = new CaliforniumServerEndpointsProvider.Builder(
            new CoapServerProtocolProvider(), new CoapsServerProtocolProvider());
        endpoints.addEndpoint(new InetSocketAddress("127.0.0.1", 0), Protocol.COAP);
        endpoints.addEndpoint(new InetSocketAddress("127.0.0.1", 0), Protocol.COAPS);
        var builder = new LeshanServerBuilder();
        builder.setObjectModelProvider(new VersionedModelProvider(models));
        builder.setSecurityStore(security);
        builder.setEndpointsProviders(endpoints.build());
        leshan = builder.build();
        leshan.getRegistrationService().addListener(new Registrations());
    }

    public static void main(String[] argv) throws Exception {
        Arguments args = new Arguments(argv);
        List<ObjectModel> models = new ArrayList<>(ObjectLoader.loadAllDefault());
        models.addAll(ObjectLoader.loadObjectsFromDir(new File(args.required("models")), true));
        var server = new ReadServer(models);
        server.leshan.start();
        say(event("listening").put("coap", server.port(Protocol.COAP)).put("coaps", server.port(Protocol.COAPS)));
        var commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try {
            for (String line = commands.readLine(); line != null; line = commands.readLine()) server.obey(line.split(" "));
        } finally {
            // halt, not exit: Leshan's own threads would go on
            Runtime.getRuntime().halt(0);
        }
    }

    private int port(Protocol protocol) {
        return leshan.getEndpoint(protocol).getURI().getPort();
    }

    private void obey(String[] words) throws Exception {
        switch (words[0]) {
            case "psk" -> {
                byte[] key = HexFormat.of().parseHex(words[2]);
                security.add(SecurityInfo.newPreSharedKeyInfo(words[1], words[1], key));
                say(event("known").put("endpoint", words[1]));
            }
            case "read" -> {
                Registration registration = leshan.getRegistrationService().getByEndpoint(words[1]);
                say(new ReadSeries(leshan, registration, words[2], words[3]).run(number(words[4]), number(words[5]), number(words[6])));
            }
            default -> throw new IllegalArgumentException(words[0]);
        }
    }

    private static int number(String digits) {
        return Integer.parseInt(digits);
    }

    private static ObjectNode event(String name) {
        return JsonNodeFactory.instance.objectNode().put("event", name);
    }

    private static synchronized void say(ObjectNode event) {
        System.out.println(event);
    }

    private static final class Registrations implements RegistrationListener {
        @Override
        public void registered(Registration registration, Registration previous, Collection<Observation> observations) {
            say(event("registered").put("endpoint", registration.getEndpoint()));
        }

        @Override
        public void updated(RegistrationUpdate update, Registration updated, Registration previous) {}

        @Override
        public void unregistered(Registration registration, Collection<Observation> observations, boolean expired, Registration renewed) {}
    }
}
