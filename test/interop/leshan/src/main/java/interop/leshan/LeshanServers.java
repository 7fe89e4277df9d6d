package interop.leshan;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import interop.Arguments;
import interop.Credentials;
import interop.Lifeline;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.leshan.core.model.ObjectLoader;
import org.eclipse.leshan.core.model.ObjectModel;
import org.eclipse.leshan.server.security.SecurityInfo;

/**
 * A Leshan management server and a Leshan bootstrap server in one JVM, each with an HTTP face shaped like that of
 * Leshan's demo servers. Ports that are not given are free ones; they are printed as one line of JSON when ready.
 *
 * <pre>
 * --host ADDRESS --coap PORT --coaps PORT --http PORT --bs-coap PORT --bs-coaps PORT --bs-http PORT
 * --key FILE --cert FILE --ca FILE   for X.509 (PEM)
 * --bs-ca FILE                       whose devices the bootstrap server takes, when not those of --ca
 * --est-key FILE --est-cert FILE     the CA of EST at the bootstrap server; crts gives what --ca names
 * --models DIR                       object definitions beyond those that come with Leshan
 * --allow-x509 ENDPOINT              may register by its certificate from the start
 * --awake SECONDS                    how long clients in queue mode stay awake, 93 when not given
 * --attached                         end when standard input ends
 * </pre>
 */
public final class LeshanServers {
    private LeshanServers() {}

    public static void main(String[] argv) throws Exception {
        Arguments args = new Arguments(argv);
        Lifeline.hold(args);
        String host = args.get("host", "127.0.0.1");
        Credentials credentials = Credentials.from(args);
        List<ObjectModel> models = models(args);

        var management = new ManagementServer(host, args.number("coap", 0), args.number("coaps", 0), credentials, models,
            args.number("awake", 93));
        var managementFace = new HttpFace(host, args.number("http", 0));
        new SecurityRoutes(management.security()).addTo(managementFace);
        new ClientRoutes(management).addTo(managementFace);
        managementFace.stream("/api/event", management.events());

        var bootstrap = new BootstrapServer(host, args.number("bs-coap", 0), args.number("bs-coaps", 0),
            args.has("bs-ca") ? credentials.trusting(Path.of(args.get("bs-ca"))) : credentials, models);
        var bootstrapFace = new HttpFace(host, args.number("bs-http", 0));
        new SecurityRoutes(bootstrap.security()).addTo(bootstrapFace);
        new BootstrapRoutes(bootstrap.configurations()).addTo(bootstrapFace);
        bootstrapFace.stream("/api/event", bootstrap.events());

        if (args.has("est-key")) new EstRoutes(bootstrap, args, credentials).addTo(bootstrapFace);

        if (args.has("allow-x509")) management.security().add(SecurityInfo.newX509CertInfo(args.get("allow-x509")));
        management.start();
        bootstrap.start();
        var ready = JsonNodeFactory.instance.objectNode();
        ready.put("coap", management.coapPort()).put("coaps", management.coapsPort()).put("http", managementFace.start());
        ready.put("bootstrapCoap", bootstrap.coapPort()).put("bootstrapCoaps", bootstrap.coapsPort());
        ready.put("bootstrapHttp", bootstrapFace.start());
        System.out.println(ready);
    }

    private static List<ObjectModel> models(Arguments args) {
        List<ObjectModel> models = new ArrayList<>(ObjectLoader.loadAllDefault());
        if (args.has("models")) models.addAll(ObjectLoader.loadObjectsFromDir(new File(args.get("models")), true));
        return models;
    }
}
