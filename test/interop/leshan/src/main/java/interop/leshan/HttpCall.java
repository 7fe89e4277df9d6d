package interop.leshan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One HTTP request as the routes see it. */
record HttpCall(HttpExchange exchange, String context, ObjectMapper json) {
    String method() {
        return exchange.getRequestMethod();
    }

    /** The path segments below the route's own path. */
    List<String> segments() {
        String below = exchange.getRequestURI().getRawPath().substring(context.length());
        return Arrays.stream(below.split("/")).filter(segment -> !segment.isEmpty()).map(HttpCall::decode).toList();
    }

    /** Query parameters in order; one without a value maps to null. */
    Map<String, String> query() {
        Map<String, String> parameters = new LinkedHashMap<>();
        String raw = exchange.getRequestURI().getRawQuery();
        if (raw == null || raw.isEmpty()) return parameters;
        for (String pair : raw.split("&")) {
            int equals = pair.indexOf('=');
            if (equals < 0) parameters.put(decode(pair), null);
            else parameters.put(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
        }
        return parameters;
    }

    JsonNode body() throws IOException {
        return json.readTree(exchange.getRequestBody());
    }

    String text() throws IOException {
        return new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    }

    IllegalArgumentException unknown() {
        return new IllegalArgumentException("no such call: " + method() + " " + exchange.getRequestURI());
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
