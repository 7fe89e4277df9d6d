package interop.leshan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import interop.Arguments;
import interop.Credentials;
import interop.est.CertificateAuthority;
import interop.est.EstPolicy;
import interop.est.EstResource;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;

/** EST on the bootstrap server; /api/est: PUT sets how it deals with requests. What it issues are events, EST. */
final class EstRoutes {
    private final EstPolicy policy = new EstPolicy();
    private final EventStreams events;

    EstRoutes(BootstrapServer bootstrap, Arguments args, Credentials credentials) throws IOException, GeneralSecurityException {
        events = bootstrap.events();
        X509Certificate issuer = Credentials.certificates(Path.of(args.required("est-cert")))[0];
        var authority = new CertificateAuthority(issuer, Credentials.privateKey(Path.of(args.get("est-key"))));
        byte[][] given = new byte[credentials.trusted().length][];
        for (int i = 0; i < given.length; i++) given[i] = credentials.trusted()[i].getEncoded();
        bootstrap.addWellKnown(new EstResource(authority, given, policy, this::say));
    }

    void addTo(HttpFace face) {
        face.route("/api/est", this::answer);
    }

    private JsonNode answer(HttpCall call) throws IOException {
        if (!call.method().equals("PUT")) throw call.unknown();
        policy.set(call.body());
        return HttpFace.message("set");
    }

    private void say(String what, String subject, String request) {
        var data = JsonNodeFactory.instance.objectNode().put("name", what).put("subject", subject).put("request", request);
        events.send("EST", subject.replaceFirst("^CN=", ""), data);
    }
}
