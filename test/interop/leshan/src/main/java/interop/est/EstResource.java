package interop.est;

import java.security.GeneralSecurityException;
import java.security.Principal;
import javax.security.auth.x500.X500Principal;
import org.eclipse.californium.core.CoapResource;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.server.resources.CoapExchange;
import org.eclipse.californium.elements.auth.X509CertPath;

/** /est below its parent: crts, sen, sren and att of RFC 9148 section 4, for clients that have shown a certificate. */
public final class EstResource extends CoapResource {
    private static final int CERTS_ONLY = 281;
    private static final int CSR_ATTRIBUTES = 285;
    private static final int PKCS10 = 286;

    /** What is told of each request that a certificate was issued for, or that has to come again. */
    public interface Listener {
        /** `what`: sen, sren or delayed; `request`: the beginning of the request's SHA-256. */
        void answered(String what, String subject, String request);
    }

    private final CertificateAuthority authority;
    private final byte[][] caCertificates;
    private final EstPolicy policy;
    private final Listener listener;

    /** `caCertificates`: what crts gives, DER. */
    public EstResource(CertificateAuthority authority, byte[][] caCertificates, EstPolicy policy, Listener listener) {
        super("est");
        this.authority = authority;
        this.caCertificates = caCertificates;
        this.policy = policy;
        this.listener = listener;
        add(new Getter("crts"), new Getter("att"), new Enroller("sen"), new Enroller("sren"));
    }

    private final class Getter extends CoapResource {
        Getter(String name) {
            super(name);
            getAttributes().addResourceType("ace.est." + name);
        }

        @Override
        public void handleGET(CoapExchange exchange) {
            if (getName().equals("crts")) exchange.respond(ResponseCode.CONTENT, CertsOnly.of(caCertificates), CERTS_ONLY);
            else exchange.respond(ResponseCode.CONTENT, attributes(), CSR_ATTRIBUTES);
        }

        /** challengePassword asks for a request that is bound to its session (RFC 7030 section 3.5). */
        private byte[] attributes() {
            return policy.wantsBinding() ? Der.sequence(Der.oid("1.2.840.113549.1.9.7")) : Der.sequence();
        }
    }

    private final class Enroller extends CoapResource {
        Enroller(String name) {
            super(name);
            getAttributes().addResourceType("ace.est." + name);
        }

        @Override
        public void handlePOST(CoapExchange exchange) {
            if (exchange.getRequestOptions().getContentFormat() != PKCS10) {
                exchange.respond(ResponseCode.UNSUPPORTED_CONTENT_FORMAT, "PKCS #10 expected");
                return;
            }
            try {
                enrol(exchange, CertificateRequest.parse(exchange.getRequestPayload()));
            } catch (IllegalArgumentException | GeneralSecurityException e) {
                exchange.respond(ResponseCode.BAD_REQUEST, String.valueOf(e.getMessage()));
            }
        }

        private void enrol(CoapExchange exchange, CertificateRequest request) throws GeneralSecurityException {
            X500Principal client = clientOf(exchange);
            if (client == null || !client.equals(request.subject())) {
                exchange.respond(ResponseCode.FORBIDDEN, "another subject than " + client);
                return;
            }
            byte[] body = exchange.getRequestPayload();
            int delay = policy.delay(body);
            listener.answered(delay > 0 ? "delayed" : getName(), request.subject().getName(), EstPolicy.digest(body));
            if (delay > 0) {
                exchange.setMaxAge(delay);
                exchange.respond(ResponseCode.SERVICE_UNAVAILABLE);
                return;
            }
            byte[] answer = CertsOnly.of(authority.issue(request, policy.lifetime()));
            exchange.respond(ResponseCode.CHANGED, answer, CERTS_ONLY);
        }
    }

    /** Whose certificate the session's client has shown, or null. */
    private static X500Principal clientOf(CoapExchange exchange) {
        Principal peer = exchange.advanced().getRequest().getSourceContext().getPeerIdentity();
        return peer instanceof X509CertPath path ? path.getTarget().getSubjectX500Principal() : null;
    }
}
