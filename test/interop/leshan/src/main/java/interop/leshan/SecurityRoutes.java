package interop.leshan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import org.eclipse.leshan.server.security.EditableSecurityStore;
import org.eclipse.leshan.server.security.NonUniqueSecurityInfoException;
import org.eclipse.leshan.server.security.SecurityInfo;

/** /api/security/clients: which endpoint proves itself how. */
final class SecurityRoutes {
    private static final HexFormat HEX = HexFormat.of();

    private final EditableSecurityStore store;

    SecurityRoutes(EditableSecurityStore store) {
        this.store = store;
    }

    void addTo(HttpFace face) {
        face.route("/api/security/clients", this::answer);
    }

    private JsonNode answer(HttpCall call) throws Exception {
        return switch (call.method()) {
            case "GET" -> list();
            case "PUT" -> put(call.body());
            case "DELETE" -> delete(call.segments().get(0));
            default -> throw call.unknown();
        };
    }

    private JsonNode list() {
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        store.getAll().forEach(info -> json.add(of(info)));
        return json;
    }

    private JsonNode put(JsonNode json) throws GeneralSecurityException {
        try {
            store.add(parse(json));
        } catch (NonUniqueSecurityInfoException e) {
            throw new IllegalArgumentException(e.getMessage());
        }
        return HttpFace.message("added");
    }

    private JsonNode delete(String endpoint) {
        return HttpFace.message(store.remove(endpoint, true) == null ? "not_found" : "removed");
    }

    private static SecurityInfo parse(JsonNode json) throws GeneralSecurityException {
        String endpoint = json.path("endpoint").asText();
        JsonNode tls = json.path("tls");
        JsonNode details = tls.path("details");
        return switch (tls.path("mode").asText()) {
            case "psk" -> SecurityInfo.newPreSharedKeyInfo(endpoint, details.path("identity").asText(), HEX.parseHex(details.path("key").asText()));
            case "rpk" -> SecurityInfo.newRawPublicKeyInfo(endpoint, publicKey(HEX.parseHex(details.path("key").asText())));
            case "x509" -> SecurityInfo.newX509CertInfo(endpoint);
            default -> throw new IllegalArgumentException("tls.mode must be psk, rpk or x509: " + tls);
        };
    }

    private static PublicKey publicKey(byte[] spki) throws GeneralSecurityException {
        return KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(spki));
    }

    private static ObjectNode of(SecurityInfo info) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("endpoint", info.getEndpoint());
        ObjectNode tls = json.putObject("tls");
        if (info.usePSK()) {
            tls.put("mode", "psk").putObject("details").put("identity", info.getPskIdentity()).put("key", HEX.formatHex(info.getPreSharedKey()));
        } else if (info.useRPK()) {
            tls.put("mode", "rpk").putObject("details").put("key", HEX.formatHex(info.getRawPublicKey().getEncoded()));
        } else {
            tls.put("mode", "x509");
        }
        return json;
    }
}
