package interop.leshan;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.eclipse.leshan.core.request.BindingMode;
import org.eclipse.leshan.core.request.ContentFormat;
import org.eclipse.leshan.core.util.datatype.ULong;
import org.eclipse.leshan.server.bootstrap.BootstrapConfig;
import org.eclipse.leshan.server.bootstrap.BootstrapConfig.CipherSuiteId;

/** What each endpoint is given at bootstrap, as it came in JSON and as Leshan wants it. Nothing is checked. */
final class BootstrapConfigurations {
    private record Entry(JsonNode json, BootstrapConfig config) {}

    private static final ObjectMapper MAPPER = new ObjectMapper()
        .addMixIn(BootstrapConfig.ServerConfig.class, ServerMixin.class)
        .registerModule(new SimpleModule()
            .addDeserializer(ULong.class, of(ULong::valueOf))
            .addDeserializer(ContentFormat.class, of(ContentFormat::fromName))
            .addDeserializer(CipherSuiteId.class, of(text -> new CipherSuiteId(ULong.valueOf(text)))));

    private final Map<String, Entry> entries = new ConcurrentHashMap<>();

    BootstrapConfig get(String endpoint) {
        Entry entry = entries.get(endpoint);
        return entry == null ? null : entry.config();
    }

    /** The steps of a configuration that is written as such, or null. */
    JsonNode script(String endpoint) {
        Entry entry = entries.get(endpoint);
        return entry == null ? null : entry.json().get("script");
    }

    Map<String, JsonNode> all() {
        Map<String, JsonNode> all = new TreeMap<>();
        entries.forEach((endpoint, entry) -> all.put(endpoint, entry.json()));
        return all;
    }

    void put(String endpoint, JsonNode json) throws JsonProcessingException {
        BootstrapConfig config = json.has("script") ? new BootstrapConfig() : MAPPER.treeToValue(json, BootstrapConfig.class);
        entries.put(endpoint, new Entry(json, config));
    }

    boolean remove(String endpoint) {
        return entries.remove(endpoint) != null;
    }

    /** Leshan's own field is a set; in JSON it is the letters, "U" or "UQ". */
    private abstract static class ServerMixin {
        @JsonDeserialize(using = BindingDeserializer.class)
        public EnumSet<BindingMode> binding;
    }

    private static final class BindingDeserializer extends JsonDeserializer<EnumSet<BindingMode>> {
        @Override
        public EnumSet<BindingMode> deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            return BindingMode.parse(parser.getText());
        }
    }

    private static <T> JsonDeserializer<T> of(Function<String, T> parse) {
        return new JsonDeserializer<>() {
            @Override
            public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
                return parse.apply(parser.getText());
            }
        };
    }
}
