package interop.leshan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import org.eclipse.leshan.core.node.InvalidLwM2mPathException;
import org.eclipse.leshan.core.request.exception.InvalidRequestException;
import org.eclipse.leshan.core.request.exception.InvalidResponseException;
import org.eclipse.leshan.core.request.exception.TimeoutException;

/** A small HTTP server: JSON routes below a path, and event streams. */
final class HttpFace {
    /** Answers one request; throws IllegalArgumentException for a bad one. A null answer is an empty 204. */
    interface Route {
        JsonNode answer(HttpCall call) throws Exception;
    }

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;

    HttpFace(String host, int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(host, port), 0);
        server.setExecutor(Executors.newCachedThreadPool());
    }

    /** Starts listening and returns the port. */
    int start() {
        server.start();
        return server.getAddress().getPort();
    }

    void route(String path, Route route) {
        server.createContext(path, exchange -> {
            try {
                answer(exchange, route);
            } catch (RuntimeException bug) {
                bug.printStackTrace();
                throw bug;
            }
        });
    }

    void stream(String path, EventStreams streams) {
        server.createContext(path, exchange -> {
            String accept = exchange.getRequestHeaders().getFirst("Accept");
            if (accept == null || !accept.contains("text/event-stream")) {
                exchange.sendResponseHeaders(405, -1);
                exchange.close();
                return;
            }
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            streams.serve(new HttpCall(exchange, path, JSON).query().get("ep"), exchange.getResponseBody());
        });
    }

    private static void answer(HttpExchange exchange, Route route) throws IOException {
        int status = 200;
        JsonNode body;
        try {
            body = route.answer(new HttpCall(exchange, exchange.getHttpContext().getPath(), JSON));
            if (body == null) status = 204;
        } catch (TimeoutException e) {
            status = 504;
            body = message("Request timeout");
        } catch (InvalidResponseException e) {
            status = 500;
            body = message("Invalid response: " + e.getMessage());
        } catch (IllegalArgumentException | InvalidRequestException | InvalidLwM2mPathException | IOException e) {
            status = 400;
            body = message(String.valueOf(e.getMessage()));
        } catch (Exception e) {
            e.printStackTrace();
            status = 500;
            body = message(e.toString());
        }
        send(exchange, status, body);
    }

    private static void send(HttpExchange exchange, int status, JsonNode body) throws IOException {
        try (exchange) {
            byte[] bytes = body == null ? new byte[0] : body.toString().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            if (bytes.length > 0) exchange.getResponseBody().write(bytes);
        }
    }

    static JsonNode message(String text) {
        return JsonNodeFactory.instance.objectNode().put("message", text);
    }
}
