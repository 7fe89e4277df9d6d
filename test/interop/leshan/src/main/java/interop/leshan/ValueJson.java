package interop.leshan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.HexFormat;
import org.eclipse.leshan.core.link.DefaultLinkParser;
import org.eclipse.leshan.core.link.DefaultLinkSerializer;
import org.eclipse.leshan.core.link.Link;
import org.eclipse.leshan.core.link.LinkParseException;
import org.eclipse.leshan.core.model.ResourceModel.Type;
import org.eclipse.leshan.core.node.ObjectLink;
import org.eclipse.leshan.core.util.datatype.ULong;

/**
 * Resource values as JSON: numbers go out as strings (they may exceed what JSON readers keep), times as milliseconds,
 * opaque as hex, object links as {"objectId", "objectInstanceId"}.
 */
final class ValueJson {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private ValueJson() {}

    static JsonNode of(Type type, Object value) {
        return switch (type) {
            case BOOLEAN -> JSON.booleanNode((Boolean) value);
            case TIME -> JSON.numberNode(((Date) value).getTime());
            case OPAQUE -> JSON.textNode(HexFormat.of().formatHex((byte[]) value));
            case OBJLNK -> JSON.objectNode().put("objectId", ((ObjectLink) value).getObjectId())
                .put("objectInstanceId", ((ObjectLink) value).getObjectInstanceId());
            case CORELINK -> JSON.textNode(new DefaultLinkSerializer().serializeCoreLinkFormat((Link[]) value));
            default -> JSON.textNode(String.valueOf(value));
        };
    }

    static Object parse(Type type, JsonNode json) {
        if (json == null || json.isNull()) throw new IllegalArgumentException("a " + type + " without a value");
        return switch (type) {
            case STRING -> json.asText();
            case INTEGER -> Long.valueOf(json.asText());
            case UNSIGNED_INTEGER -> ULong.valueOf(json.asText());
            case FLOAT -> Double.valueOf(json.asText());
            case BOOLEAN -> json.asBoolean();
            case TIME -> new Date(json.asLong());
            case OPAQUE -> HexFormat.of().parseHex(json.asText());
            case OBJLNK -> new ObjectLink(json.path("objectId").asInt(), json.path("objectInstanceId").asInt());
            case CORELINK -> links(json.asText());
            case NONE -> throw new IllegalArgumentException("a resource of no type has no value");
        };
    }

    private static Link[] links(String text) {
        try {
            return new DefaultLinkParser().parseCoreLinkFormat(text.getBytes(StandardCharsets.UTF_8));
        } catch (LinkParseException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
