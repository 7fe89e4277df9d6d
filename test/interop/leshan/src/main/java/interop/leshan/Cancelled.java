package interop.leshan;

import org.eclipse.leshan.core.ResponseCode;
import org.eclipse.leshan.core.response.AbstractLwM2mResponse;

/** Stands for the answer to a passive cancellation, which the device never hears of. */
final class Cancelled extends AbstractLwM2mResponse {
    private Cancelled(ResponseCode code) {
        super(code, null, null);
    }

    static Cancelled passively(int count) {
        return new Cancelled(count > 0 ? ResponseCode.DELETED : ResponseCode.NOT_FOUND);
    }

    @Override
    public boolean isSuccess() {
        return getCode() == ResponseCode.DELETED;
    }

    @Override
    public boolean isValid() {
        return true;
    }
}
