package interop.leshan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.leshan.core.model.ResourceModel.Type;
import org.eclipse.leshan.core.node.LwM2mMultipleResource;
import org.eclipse.leshan.core.node.LwM2mNode;
import org.eclipse.leshan.core.node.LwM2mObject;
import org.eclipse.leshan.core.node.LwM2mObjectInstance;
import org.eclipse.leshan.core.node.LwM2mPath;
import org.eclipse.leshan.core.node.LwM2mResource;
import org.eclipse.leshan.core.node.LwM2mResourceInstance;
import org.eclipse.leshan.core.node.LwM2mRoot;
import org.eclipse.leshan.core.node.LwM2mSingleResource;

/**
 * LwM2M nodes as JSON and back. {@code kind} is one of root, obj, instance, singleResource, multiResource and
 * resourceInstance; the types' values are ValueJson's.
 */
final class NodeJson {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private NodeJson() {}

    /** Keyed by path; a path without a value is null. */
    static ObjectNode of(Map<LwM2mPath, LwM2mNode> nodes) {
        ObjectNode json = JSON.objectNode();
        nodes.forEach((path, node) -> json.set(path.toString(), node == null ? null : of(node)));
        return json;
    }

    static ObjectNode of(LwM2mNode node) {
        ObjectNode json = JSON.objectNode();
        if (node instanceof LwM2mRoot root) {
            json.put("kind", "root").set("objects", all(root.getObjects().values()));
        } else if (node instanceof LwM2mObject object) {
            json.put("kind", "obj").put("id", object.getId()).set("instances", all(object.getInstances().values()));
        } else if (node instanceof LwM2mObjectInstance instance) {
            json.put("kind", "instance").put("id", instance.getId()).set("resources", all(instance.getResources().values()));
        } else if (node instanceof LwM2mResource resource) {
            ofResource(json, resource);
        } else if (node instanceof LwM2mResourceInstance instance) {
            json.put("kind", "resourceInstance").put("id", instance.getId()).put("type", instance.getType().name());
            json.set("value", ValueJson.of(instance.getType(), instance.getValue()));
        }
        return json;
    }

    private static void ofResource(ObjectNode json, LwM2mResource resource) {
        Type type = resource.getType();
        json.put("kind", resource.isMultiInstances() ? "multiResource" : "singleResource");
        json.put("id", resource.getId()).put("type", type.name());
        if (!resource.isMultiInstances()) {
            json.set("value", ValueJson.of(type, resource.getValue()));
            return;
        }
        ObjectNode values = json.putObject("values");
        resource.getInstances().forEach((id, instance) -> values.set(id.toString(), ValueJson.of(type, instance.getValue())));
    }

    private static ArrayNode all(Collection<? extends LwM2mNode> nodes) {
        ArrayNode json = JSON.arrayNode();
        nodes.forEach(node -> json.add(of(node)));
        return json;
    }

    /** Keyed by path, as a composite write takes them. */
    static Map<LwM2mPath, LwM2mNode> parseAll(JsonNode json) {
        Map<LwM2mPath, LwM2mNode> nodes = new LinkedHashMap<>();
        json.fields().forEachRemaining(field -> nodes.put(new LwM2mPath(field.getKey()), parse(field.getValue())));
        return nodes;
    }

    static LwM2mNode parse(JsonNode json) {
        return switch (json.path("kind").asText()) {
            case "obj" -> object(json);
            case "instance" -> instance(json);
            case "singleResource", "multiResource" -> resource(json);
            case "resourceInstance" -> LwM2mResourceInstance.newInstance(id(json), ValueJson.parse(type(json), json.get("value")), type(json));
            default -> throw new IllegalArgumentException("a node needs a known \"kind\": " + json);
        };
    }

    private static LwM2mObject object(JsonNode json) {
        List<LwM2mObjectInstance> instances = new ArrayList<>();
        json.path("instances").forEach(one -> instances.add(instance(one)));
        return new LwM2mObject(id(json), instances);
    }

    static LwM2mObjectInstance instance(JsonNode json) {
        List<LwM2mResource> resources = new ArrayList<>();
        json.path("resources").forEach(one -> resources.add(resource(one)));
        return json.has("id") ? new LwM2mObjectInstance(id(json), resources) : new LwM2mObjectInstance(resources);
    }

    private static LwM2mResource resource(JsonNode json) {
        Type type = type(json);
        if (json.has("value")) return LwM2mSingleResource.newResource(id(json), ValueJson.parse(type, json.get("value")), type);
        Map<Integer, Object> values = new LinkedHashMap<>();
        json.path("values").fields().forEachRemaining(field ->
            values.put(Integer.valueOf(field.getKey()), ValueJson.parse(type, field.getValue())));
        return LwM2mMultipleResource.newResource(id(json), values, type);
    }

    private static int id(JsonNode json) {
        if (!json.path("id").isInt()) throw new IllegalArgumentException("a node needs an integer \"id\": " + json);
        return json.get("id").asInt();
    }

    private static Type type(JsonNode json) {
        String name = json.path("type").asText().toUpperCase(Locale.ROOT);
        return name.equals("CORELNK") ? Type.CORELINK : Type.valueOf(name);
    }
}
