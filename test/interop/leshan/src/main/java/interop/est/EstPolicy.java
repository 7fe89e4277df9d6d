package interop.est;

import com.fasterxml.jackson.databind.JsonNode;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;

/** How requests are dealt with; a test sets it while the server runs. */
public final class EstPolicy {
    private int delaySeconds;
    private Duration lifetime = Duration.ofDays(1);
    private boolean wantsBinding;
    private final Set<String> seen = new HashSet<>();

    /** delay: seconds of a 5.03 before each new request; lifetime: seconds of a certificate; binding: ask for it in att. */
    public synchronized void set(JsonNode json) {
        delaySeconds = json.path("delay").asInt(delaySeconds);
        lifetime = Duration.ofSeconds(json.path("lifetime").asLong(lifetime.toSeconds()));
        wantsBinding = json.path("binding").asBoolean(wantsBinding);
    }

    /** Seconds until the same request is to come again; 0: deal with it now. */
    synchronized int delay(byte[] request) throws GeneralSecurityException {
        return delaySeconds > 0 && seen.add(digest(request)) ? delaySeconds : 0;
    }

    synchronized Duration lifetime() {
        return lifetime;
    }

    synchronized boolean wantsBinding() {
        return wantsBinding;
    }

    /** Tells requests apart in a report. */
    static String digest(byte[] request) throws GeneralSecurityException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(request), 0, 8);
    }
}
