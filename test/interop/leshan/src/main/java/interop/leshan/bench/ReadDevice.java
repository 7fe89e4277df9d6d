package interop.leshan.bench;

import interop.Arguments;
import interop.Lifeline;
import java.io.File;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import org.eclipse.leshan.client.LeshanClientBuilder;
import org.eclipse.leshan.client.californium.endpoint.CaliforniumClientEndpointsProvider;
import org.eclipse.leshan.client.californium.endpoint.coap.CoapClientProtocolProvider;
import org.eclipse.leshan.client.californium.endpoint.coaps.CoapsClientProtocolProvider;
import org.eclipse.leshan.client.object.Device;
import org.eclipse.leshan.client.object.Security;
import org.eclipse.leshan.client.object.Server;
import org.eclipse.leshan.client.resource.ObjectsInitializer;
import org.eclipse.leshan.core.LwM2mId;
import org.eclipse.leshan.core.model.ObjectLoader;
import org.eclipse.leshan.core.model.ObjectModel;
import org.eclipse.leshan.core.model.StaticModel;
import org.eclipse.leshan.core.request.BindingMode;

/**
 * Leshan's own client with a thermometer whose values stay.
 *
 * <pre>
 * --server URI --endpoint NAME --models DIR [--psk HEX --identity TEXT] [--attached]
 * </pre>
 */
public final class ReadDevice {
    private static final int SHORT_SERVER_ID = 1;
    private static final int LIFETIME_SECONDS = 86_400;

    private ReadDevice() {}

    public static void main(String[] argv) throws Exception {
        Arguments args = new Arguments(argv);
        Lifeline.hold(args);
        List<ObjectModel> models = new ArrayList<>(ObjectLoader.loadAllDefault());
        models.addAll(ObjectLoader.loadObjectsFromDir(new File(args.required("models")), true));
        var objects = new ObjectsInitializer(new StaticModel(models));
        objects.setInstancesForObject(LwM2mId.SECURITY, security(args));
        objects.setInstancesForObject(LwM2mId.SERVER, new Server(SHORT_SERVER_ID, LIFETIME_SECONDS));
        objects.setInstancesForObject(LwM2mId.DEVICE, new Device("Leshan", "device", "1", EnumSet.of(BindingMode.U)));
        objects.setInstancesForObject(Thermometer.ID, new Thermometer());

        var builder = new LeshanClientBuilder(args.required("endpoint"));
        builder.setObjects(objects.createAll());
        var endpoints = new CaliforniumClientEndpointsProvider.Builder(
            args.has("psk") ? new CoapsClientProtocolProvider() : new CoapClientProtocolProvider());
        endpoints.setClientAddress(InetAddress.getByName(URI.create(args.get("server")).getHost()));
        builder.setEndpointsProviders(endpoints.build());
        builder.build().start();
    }

    private static Security security(Arguments args) {
        String uri = args.required("server");
        if (!args.has("psk")) return Security.noSec(uri, SHORT_SERVER_ID);
        byte[] identity = args.required("identity").getBytes(StandardCharsets.UTF_8);
        return Security.psk(uri, SHORT_SERVER_ID, identity, HexFormat.of().parseHex(args.get("psk")));
    }
}
