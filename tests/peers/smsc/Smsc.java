// An SMSC on jSMPP, driven as README.md says; run as a single source file.

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsmpp.PDUException;
import org.jsmpp.bean.DataCodings;
import org.jsmpp.bean.ESMClass;
import org.jsmpp.bean.NumberingPlanIndicator;
import org.jsmpp.bean.OptionalParameter;
import org.jsmpp.bean.OptionalParameter.Tag;
import org.jsmpp.bean.RegisteredDelivery;
import org.jsmpp.bean.SubmitSm;
import org.jsmpp.bean.TypeOfNumber;
import org.jsmpp.extra.NegativeResponseException;
import org.jsmpp.extra.ProcessRequestException;
import org.jsmpp.session.SMPPServerSession;
import org.jsmpp.session.ServerMessageReceiverListener;
import org.jsmpp.session.SubmitSmResult;
import org.jsmpp.session.connection.Connection;
import org.jsmpp.util.MessageId;

class Smsc {
    /** More than any window of a test: each unanswered submit_sm holds one of jSMPP's threads. */
    static final int THREADS = 64;
    static final int WAIT_MS = 30_000;
    /** TS 23.038 6.2.1 and its extension table; jSMPP leaves the default alphabet to its user. */
    static final String GSM = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
            + "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
    static final Map<Integer, Character> EXTENSION = Map.of(
            0x0a, '\f', 0x14, '^', 0x28, '{', 0x29, '}', 0x2f, '\\', 0x3c, '[', 0x3d, '~', 0x3e, ']', 0x40, '|', 0x65, '€');

    static final Map<Integer, SMPPServerSession> sessions = new ConcurrentHashMap<>();
    static final Map<Integer, Gate> gates = new ConcurrentHashMap<>();
    static final Map<String, CompletableFuture<Map<String, String>>> held = new ConcurrentHashMap<>();
    static final ExecutorService hands = Executors.newCachedThreadPool();

    public static void main(String[] arguments) throws Exception {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        hands.execute(() -> listen(server));
        tell("listening", "port", server.getLocalPort());
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            obey(parse(line));
        }
        System.exit(0);
    }

    static void listen(ServerSocket server) {
        AtomicInteger last = new AtomicInteger();
        while (true) {
            try {
                Socket socket = server.accept();
                int number = last.incrementAndGet();
                Gate gate = new Gate(socket);
                gates.put(number, gate);
                var session = new SMPPServerSession(gate, null, listener(number), null, THREADS, 1_000);
                session.setTransactionTimer(WAIT_MS);
                session.addSessionStateListener((to, from, source) -> {
                    if (to.name().equals("CLOSED")) {
                        tell("closed", "session", number);
                    }
                });
                sessions.put(number, session);
                hands.execute(() -> bind(number, session));
            } catch (IOException error) {
                tell("malformed", "why", error);
            }
        }
    }

    static void bind(int number, SMPPServerSession session) {
        try {
            var bind = session.waitForBind(WAIT_MS);
            bind.accept("jsmpp");
            tell("bound", "session", number, "kind", bind.getBindType());
        } catch (Exception error) {
            tell("malformed", "why", error);
        }
    }

    /** Of what an SMSC can be asked, these tests ask only submit_sm. */
    static ServerMessageReceiverListener listener(int number) {
        Class<?>[] kinds = {ServerMessageReceiverListener.class};
        return (ServerMessageReceiverListener) Proxy.newProxyInstance(Smsc.class.getClassLoader(), kinds, (self, method, given) -> {
            if (method.getName().equals("onAcceptSubmitSm")) {
                return submitted(number, (SubmitSm) given[0]);
            }
            tell("malformed", "why", "unexpected " + method.getName());
            throw new ProcessRequestException("not served", 0x03);
        });
    }

    static SubmitSmResult submitted(int number, SubmitSm pdu) throws Exception {
        var answer = new CompletableFuture<Map<String, String>>();
        held.put(number + "/" + pdu.getSequenceNumber(), answer);
        var payload = (OptionalParameter.Message_payload) pdu.getOptionalParameter(Tag.MESSAGE_PAYLOAD);
        byte[] octets = payload == null ? pdu.getShortMessage() : payload.getValue();
        int header = pdu.isUdhi() ? 1 + (octets[0] & 0xff) : 0;
        byte[] user = Arrays.copyOfRange(octets, header, octets.length);
        List<Object> seen = new ArrayList<>(List.of(
                "session", number, "seq", pdu.getSequenceNumber(),
                "source", pdu.getSourceAddr(), "source_ton", pdu.getSourceAddrTon(),
                "dest", pdu.getDestAddress(), "dest_ton", pdu.getDestAddrTon(),
                "esm_class", pdu.getEsmClass() & 0xff, "data_coding", pdu.getDataCoding() & 0xff,
                "registered", pdu.getRegisteredDelivery(), "payload", payload != null,
                "udh", header == 0 ? "" : HexFormat.of().formatHex(octets, 1, header)));
        seen.addAll(List.of("text", pdu.getDataCoding() == 8 ? new String(user, StandardCharsets.UTF_16BE) : gsm(user)));
        number("reference", pdu.getOptionalParameter(Tag.USER_MESSAGE_REFERENCE), seen);
        number("sar_msg_ref_num", pdu.getOptionalParameter(Tag.SAR_MSG_REF_NUM), seen);
        number("sar_total_segments", pdu.getOptionalParameter(Tag.SAR_TOTAL_SEGMENTS), seen);
        number("sar_segment_seqnum", pdu.getOptionalParameter(Tag.SAR_SEGMENT_SEQNUM), seen);
        tell("submit", seen.toArray());
        Map<String, String> deed = answer.get();
        int status = Integer.parseInt(deed.get("status"));
        if (status != 0) {
            throw new ProcessRequestException("refused", status);
        }
        return new SubmitSmResult(new MessageId(deed.get("id")), new OptionalParameter[0]);
    }

    static void number(String name, OptionalParameter found, List<Object> seen) {
        if (found instanceof OptionalParameter.Byte one) {
            seen.addAll(List.of(name, one.getValue() & 0xff));
        } else if (found instanceof OptionalParameter.Short two) {
            seen.addAll(List.of(name, two.getValue() & 0xffff));
        }
    }

    static String gsm(byte[] octets) {
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < octets.length; at++) {
            boolean escaped = octets[at] == 0x1b && at + 1 < octets.length;
            at += escaped ? 1 : 0;
            int septet = octets[at] & 0xff;
            text.append(escaped ? EXTENSION.getOrDefault(septet, '\ufffd') : septet < 128 ? GSM.charAt(septet) : '\ufffd');
        }
        return text.toString();
    }

    static void obey(Map<String, String> deed) {
        int number = Integer.parseInt(deed.get("session"));
        switch (deed.get("do")) {
            case "respond" -> held.remove(number + "/" + deed.get("seq")).complete(deed);
            case "deliver" -> hands.execute(() -> deliver(sessions.get(number), deed));
            case "pause" -> hands.execute(() -> pause(number, Integer.parseInt(deed.get("ms"))));
            case "drop" -> gates.get(number).close();
            default -> tell("malformed", "why", "unknown " + deed);
        }
    }

    static void deliver(SMPPServerSession session, Map<String, String> deed) {
        List<OptionalParameter> tlvs = new ArrayList<>();
        deed.forEach((name, value) -> {
            switch (name) {
                case "sar_msg_ref_num", "user_message_reference" ->
                    tlvs.add(new OptionalParameter.Short(Tag.valueOf(name.toUpperCase()), Short.parseShort(value)));
                case "sar_total_segments", "sar_segment_seqnum", "message_state" ->
                    tlvs.add(new OptionalParameter.Byte(Tag.valueOf(name.toUpperCase()), Byte.parseByte(value)));
                case "receipted_message_id" -> tlvs.add(new OptionalParameter.Receipted_message_id(value));
                case "message_payload" -> tlvs.add(new OptionalParameter.Message_payload(HexFormat.of().parseHex(value)));
                default -> { }
            }
        });
        int status = 0;
        try {
            session.deliverShortMessage("", TypeOfNumber.INTERNATIONAL, NumberingPlanIndicator.ISDN, deed.get("source"),
                    TypeOfNumber.NETWORK_SPECIFIC, NumberingPlanIndicator.UNKNOWN, deed.get("dest"),
                    new ESMClass(Integer.parseInt(deed.get("esm_class"))), (byte) 0, (byte) 0, new RegisteredDelivery(0),
                    DataCodings.newInstance(Byte.parseByte(deed.get("data_coding"))),
                    HexFormat.of().parseHex(deed.get("octets")), tlvs.toArray(new OptionalParameter[0]));
        } catch (NegativeResponseException refused) {
            status = refused.getCommandStatus();
        } catch (PDUException | org.jsmpp.InvalidResponseException | org.jsmpp.extra.ResponseTimeoutException | IOException error) {
            tell("malformed", "why", error);
            return;
        }
        tell("answered", "tag", Integer.parseInt(deed.get("tag")), "status", status);
    }

    static void pause(int number, int ms) {
        synchronized (gates.get(number)) {
            try {
                Thread.sleep(ms);
            } catch (InterruptedException error) {
                tell("malformed", "why", error);
            }
        }
        tell("resumed", "session", number);
    }

    /** Prints an object of these names and values. */
    static void tell(String event, Object... pairs) {
        StringBuilder line = new StringBuilder("{\"event\":\"" + event + "\"");
        for (int at = 0; at + 1 < pairs.length; at += 2) {
            Object value = pairs[at + 1];
            boolean plain = value instanceof Number || value instanceof Boolean;
            line.append(",\"").append(pairs[at]).append("\":").append(plain ? value.toString() : quoted(value.toString()));
        }
        synchronized (System.out) {
            System.out.println(line.append('}'));
            System.out.flush();
        }
    }

    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            boolean plain = c >= ' ' && c < 127 && c != '"' && c != '\\';
            quoted.append(plain ? String.valueOf(c) : String.format("\\u%04x", (int) c));
        }
        return quoted.append('"').toString();
    }

    /** A flat object of numbers and of texts without escapes, as the tests write it. */
    static Map<String, String> parse(String line) {
        Map<String, String> deed = new TreeMap<>();
        Matcher pair = Pattern.compile("\"(\\w+)\":(?:\"([^\"]*)\"|(-?\\d+))").matcher(line);
        while (pair.find()) {
            deed.put(pair.group(1), pair.group(2) != null ? pair.group(2) : pair.group(3));
        }
        return deed;
    }

    /** A connection that reads only while nobody holds its lock. */
    static class Gate implements Connection {
        final Socket socket;
        final InputStream input;

        Gate(Socket socket) throws IOException {
            this.socket = socket;
            InputStream inner = socket.getInputStream();
            this.input = new InputStream() {
                @Override public int read() throws IOException {
                    byte[] one = new byte[1];
                    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
                }

                @Override public int read(byte[] into, int from, int len) throws IOException {
                    int got = inner.read(into, from, len);
                    synchronized (Gate.this) {
                        return got;
                    }
                }
            };
        }

        public boolean isOpen() { return !socket.isClosed(); }
        public InetAddress getInetAddress() { return socket.getInetAddress(); }
        public InetAddress getLocalAddress() { return socket.getLocalAddress(); }
        public int getPort() { return socket.getPort(); }
        public int getLocalPort() { return socket.getLocalPort(); }
        public InputStream getInputStream() { return input; }
        public OutputStream getOutputStream() {
            try {
                return socket.getOutputStream();
            } catch (IOException error) {
                throw new IllegalStateException(error);
            }
        }
        public void setSoTimeout(int ms) throws IOException { socket.setSoTimeout(ms); }
        public void close() {
            try {
                socket.close();
            } catch (IOException error) {
                tell("malformed", "why", error);
            }
        }
    }
}
