using EphemeralDebug.Core.Streams;
using Xunit;

namespace EphemeralDebug.Core.Tests.Streams;

/// <summary>A reader that takes its time loses nothing, and nothing is read ahead for it.</summary>
public sealed class BackpressureTests : IAsyncDisposable
{
    private const int Frames = 8 * 1024, FrameBytes = 32 * 1024;
    private readonly StreamPeer _peer = new();
    private long _sent;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _peer.DisposeAsync();

    [Fact]
    public async Task A_reader_that_waits_stops_the_sender_and_loses_no_byte()
    {
        await using IProcessStreams streams = await _peer.OpenAsync();
        TaskCompletionSource stuck = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task sending = Task.Run(() => SendAsync(stuck), Stop);
        await stuck.Task.WaitAsync(Stop);
        // What left the sender is in the two kernels' buffers, which grow to some 10 MiB at most; all would be 256.
        Assert.InRange(Volatile.Read(ref _sent), 0, 64 * 1024 * 1024);

        long received = 0;
        bool right = true;
        while (await streams.ReadAsync(Stop) is { } piece)
        {
            right &= piece.Bytes.Length <= FrameBytes && IsExpected(piece.Bytes.Span, received);
            received += piece.Bytes.Length;
        }
        await sending;
        Assert.True(right);
        Assert.Equal((long)Frames * FrameBytes, received);
        Assert.Equal(new StreamEnd(StreamEndKind.Success, 0), streams.End);
    }

    private async Task SendAsync(TaskCompletionSource stuck)
    {
        byte[] payload = new byte[1 + FrameBytes];
        payload[0] = 1;
        for (int frame = 0; frame < Frames; frame++)
        {
            payload.AsSpan(1).Fill((byte)frame);
            ValueTask sending = _peer.SendAsync(2, payload);
            if (!sending.IsCompleted) stuck.TrySetResult();
            await sending;
            Interlocked.Add(ref _sent, FrameBytes);
        }
        await _peer.SendAsync(3, """{"status":"Success"}""");
        await _peer.CloseAsync();
    }

    /// <summary>Each frame is filled with its number.</summary>
    private static bool IsExpected(ReadOnlySpan<byte> bytes, long position)
    {
        while (!bytes.IsEmpty)
        {
            int part = (int)Math.Min(bytes.Length, FrameBytes - position % FrameBytes);
            if (bytes[..part].ContainsAnyExcept((byte)(position / FrameBytes))) return false;
            bytes = bytes[part..];
            position += part;
        }
        return true;
    }
}
