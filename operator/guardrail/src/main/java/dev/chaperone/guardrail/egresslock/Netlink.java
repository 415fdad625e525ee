package dev.chaperone.guardrail.egresslock;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A netlink socket to netfilter in this network namespace, by the C library: Java has no such sockets of its own. Each
 * call waits five seconds at most.
 */
final class Netlink implements AutoCloseable {
    private static final int FAMILY = 16;
    private static final int RAW_CLOSE_ON_EXEC = 3 | 0x80000;
    private static final int NETFILTER = 12;
    private static final int SOCKET_LEVEL = 1;
    private static final int RECEIVE_TIMEOUT = 20;
    private static final long TIMEOUT_SECONDS = 5;
    private static final int INTERRUPTED = 4;
    private static final int AGAIN = 11;
    private static final int ANSWER_BYTES = 65_536;
    private static final int ERROR = 2;
    private static final int HEADER = 16;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle SOCKET = function("socket", FunctionDescriptor.of(
            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    private static final MethodHandle SET_OPTION = function("setsockopt", FunctionDescriptor.of(
            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT,
            ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    private static final MethodHandle SEND = function("send", transfer());
    private static final MethodHandle RECEIVE = function("recv", transfer());
    private static final MethodHandle CLOSE = function(
            "close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment state = arena.allocate(STATE);
    private final int descriptor;

    private Netlink() throws LockException {
        try {
            descriptor = (int) SOCKET.invokeExact(state, FAMILY, RAW_CLOSE_ON_EXEC, NETFILTER);
        } catch (Throwable e) {
            throw impossible(e);
        }
        if (descriptor < 0) {
            throw failure("there is no netlink socket to netfilter");
        }
    }

    static Netlink open() throws LockException {
        Netlink netlink = new Netlink();
        try {
            netlink.limitPatience();
        } catch (LockException e) {
            netlink.close();
            throw e;
        }
        return netlink;
    }

    private void limitPatience() throws LockException {
        MemorySegment time = arena.allocate(ValueLayout.JAVA_LONG, 2);
        time.setAtIndex(ValueLayout.JAVA_LONG, 0, TIMEOUT_SECONDS);
        try {
            if ((int) SET_OPTION.invokeExact(
                    state, descriptor, SOCKET_LEVEL, RECEIVE_TIMEOUT, time, (int) time.byteSize()) < 0) {
                throw failure("the netlink socket takes no timeout");
            }
        } catch (LockException e) {
            throw e;
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /**
     * Sends messages and waits for their acknowledgements.
     *
     * @param acknowledgements how many there have to be
     * @throws LockException when the kernel refuses one of them, or says nothing
     */
    void send(byte[] messages, int acknowledgements) throws LockException {
        MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, messages);
        if (transfer(SEND, bytes) != messages.length) {
            throw new LockException("netfilter took only a part of the rules");
        }
        MemorySegment answer = arena.allocate(ANSWER_BYTES);
        int left = acknowledgements;
        while (left > 0) {
            int length = (int) transfer(RECEIVE, answer);
            ByteBuffer buffer = answer.asByteBuffer().limit(length).order(ByteOrder.nativeOrder());
            left -= acknowledged(buffer);
        }
    }

    /** How many acknowledgements are in an answer. */
    static int acknowledged(ByteBuffer answer) throws LockException {
        int count = 0;
        while (answer.remaining() >= HEADER + Integer.BYTES) {
            int start = answer.position();
            int length = answer.getInt(start);
            int type = answer.getShort(start + 4);
            if (length < HEADER + Integer.BYTES || length > answer.remaining()) {
                break;
            }
            if (type == ERROR) {
                int errno = -answer.getInt(start + HEADER);
                if (errno != 0) {
                    throw LockException.of(
                            "netfilter refuses message " + answer.getInt(start + 8) + " of the rules", errno);
                }
                count++;
            }
            // The next one begins at a multiple of four bytes.
            answer.position(Math.min(answer.limit(), start + ((length + 3) & ~3)));
        }
        if (count == 0) {
            throw new LockException("netfilter answers something else than an acknowledgement");
        }
        return count;
    }

    private long transfer(MethodHandle function, MemorySegment bytes) throws LockException {
        while (true) {
            long length;
            try {
                length = (long) function.invokeExact(state, descriptor, bytes, bytes.byteSize(), 0);
            } catch (Throwable e) {
                throw impossible(e);
            }
            if (length > 0) {
                return length;
            }
            int errno = (int) ERRNO.get(state, 0L);
            if (errno == AGAIN) {
                throw new LockException("netfilter does not answer");
            }
            if (errno != INTERRUPTED) {
                throw failure("netfilter is not reached");
            }
        }
    }

    private LockException failure(String what) {
        return LockException.of(what, (int) ERRNO.get(state, 0L));
    }

    private static FunctionDescriptor transfer() {
        return FunctionDescriptor.of(
                ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT);
    }

    // Native access is what the command of the image allows.
    @SuppressWarnings("restricted")
    private static MethodHandle function(String name, FunctionDescriptor signature) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name), signature, Linker.Option.captureCallState("errno"));
    }

    // The handles throw what the called function throws, and C throws nothing.
    private static IllegalStateException impossible(Throwable thrown) {
        return new IllegalStateException(thrown);
    }

    @Override
    public void close() {
        try {
            int _ = (int) CLOSE.invokeExact(state, descriptor);
        } catch (Throwable e) {
            throw impossible(e);
        }
        arena.close();
    }
}
