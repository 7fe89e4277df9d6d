package interop.californium;

import interop.Arguments;
import interop.Credentials;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import org.eclipse.californium.elements.AddressEndpointContext;
import org.eclipse.californium.elements.RawData;
import org.eclipse.californium.scandium.DTLSConnector;

/**
 * One DTLS 1.2 peer on Scandium, to be driven by a test. Says what happens as lines of JSON on standard output; sends
 * each line of standard input (hex) as a record to its last peer; a server sends back what it gets. The line "resume"
 * has a client make an abbreviated handshake before it sends the next record.
 *
 * <pre>
 * --role client|server --host ADDRESS --port PORT   (server: 0 = a free one)
 * --suites NAME[,NAME]
 * --psk HEX --identity TEXT                         or
 * --key FILE --cert FILE --ca FILE                  (PEM; a server given --ca requires a client certificate)
 * --cid LENGTH                                      (of the Connection ID that it wants; 0: none, but it sends the peer's)
 * </pre>
 */
public final class DtlsPeer {
    private final DTLSConnector connector;
    private final boolean server;
    private volatile InetSocketAddress peer;

    public static void main(String[] argv) throws Exception {
        Arguments args = new Arguments(argv);
        new DtlsPeer(args).run();
        // halt, not exit: the connector's threads may still wait for a peer
        Runtime.getRuntime().halt(0);
    }

    private DtlsPeer(Arguments args) throws Exception {
        server = args.required("role").equals("server");
        InetSocketAddress address = new InetSocketAddress(args.get("host", "127.0.0.1"), args.number("port", 0));
        if (!server) peer = address;
        InetSocketAddress local = server ? address : new InetSocketAddress(address.getAddress(), 0); // loopback, both ends
        connector = new DTLSConnector(PeerConfig.of(args, Credentials.from(args), local, new HandshakeReports()));
        connector.setRawDataReceiver(this::received);
    }

    private void run() throws Exception {
        connector.start();
        if (server) Reports.say("listening", "port", connector.getAddress().getPort());
        else send(new byte[0]); // an empty record: nothing to say yet, but the handshake begins
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.equals("resume")) connector.forceResumeAllSessions();
            else send(HexFormat.of().parseHex(line.trim()));
        }
        connector.stop();
    }

    private void received(RawData data) {
        peer = data.getInetSocketAddress();
        Reports.say("data", "hex", HexFormat.of().formatHex(data.getBytes()));
        if (server) send(data.getBytes());
    }

    private void send(byte[] bytes) {
        connector.send(RawData.outbound(bytes, new AddressEndpointContext(peer), new FailureReport(), false));
    }
}
