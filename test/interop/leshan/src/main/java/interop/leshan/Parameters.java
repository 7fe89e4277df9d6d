package interop.leshan;

import org.eclipse.leshan.core.request.ContentFormat;

/** Query parameters that several operations share. */
final class Parameters {
    private Parameters() {}

    /** {@code timeout=SECONDS}, in milliseconds; 5 s when absent. */
    static long timeout(HttpCall call) {
        String seconds = call.query().get("timeout");
        return seconds == null ? 5000 : Long.parseLong(seconds) * 1000;
    }

    /** A content format by name (SENML_CBOR) or number. */
    static ContentFormat format(HttpCall call, String parameter, ContentFormat otherwise) {
        String text = call.query().get(parameter);
        if (text == null) return otherwise;
        ContentFormat known = ContentFormat.fromName(text);
        return known != null ? known : ContentFormat.fromCode(text);
    }
}
