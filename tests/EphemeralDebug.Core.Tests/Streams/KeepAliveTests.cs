using EphemeralDebug.Core.Streams;
using Xunit;

namespace EphemeralDebug.Core.Tests.Streams;

/// <summary>A peer that is gone is told from one that has nothing to say. The intervals pass by hand.</summary>
public sealed class KeepAliveTests : IAsyncDisposable
{
    private readonly HandTimers _time = new();
    private readonly StreamPeer _peer;

    public KeepAliveTests() => _peer = new StreamPeer(new KeepAlive { Time = _time });

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _peer.DisposeAsync();

    [Fact]
    public void A_dead_peer_is_noticed_within_a_minute()
    {
        KeepAlive usual = new();
        Assert.InRange(usual.Interval * (usual.Unanswered + 1), TimeSpan.Zero, TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_peer_that_does_not_answer_pings_is_dead()
    {
        await using IProcessStreams streams = await _peer.OpenAsync();
        Task<StreamPiece?> reading = streams.ReadAsync(Stop).AsTask();
        for (int i = 0; i < 4; i++)
        {
            _time.Pass();
            (int opcode, byte[] payload) = await _peer.ReceiveAsync();
            Assert.Equal((9, 0), (opcode, payload.Length));
        }
        Assert.False(reading.IsCompleted);
        _time.Pass();
        Assert.Null(await reading);
        Assert.Equal(new StreamEnd(StreamEndKind.ConnectionLost, null, "The server has not answered for 50 seconds."), streams.End);
        await _peer.UntilGoneAsync();
    }

    [Fact]
    public async Task A_peer_that_answers_pings_may_have_nothing_to_say_for_ever()
    {
        await using IProcessStreams streams = await _peer.OpenAsync();
        for (int i = 0; i < 20; i++)
        {
            Task<StreamPiece?> reading = streams.ReadAsync(Stop).AsTask();
            for (int j = 0; j < 4; j++)
            {
                _time.Pass();
                Assert.Equal(9, (await _peer.ReceiveAsync()).Opcode);
            }
            await _peer.SendAsync(10, []);
            // The message shows that the pong before it has been read.
            await _peer.SendAsync(1, "x");
            Assert.NotNull(await reading);
        }
    }

    [Fact]
    public async Task A_pong_alone_is_an_answer()
    {
        await using StreamPeer peer = new(new KeepAlive { Time = _time, Unanswered = 500 });
        await using IProcessStreams streams = await peer.OpenAsync();
        Task<StreamPiece?> reading = streams.ReadAsync(Stop).AsTask();
        for (int i = 0; i < 1500; i++)
        {
            // Between two reads of the connection nothing is asked; and a ping that is still on its way is not to be followed by hundreds.
            for (int turn = 0; !peer.Connection.DataAvailable; turn++)
            {
                Assert.False(reading.IsCompleted, "The peer was taken for dead.");
                if (turn % 1000 == 0) _time.Pass();
                await Task.Yield();
            }
            Assert.Equal(9, (await peer.ReceiveAsync()).Opcode);
            await peer.SendAsync(10, []);
        }
        Assert.False(reading.IsCompleted);
        await peer.SendAsync(1, "x");
        Assert.NotNull(await reading);
    }

    [Fact]
    public async Task Pings_fit_between_the_frames_of_input()
    {
        await using StreamPeer peer = new(new KeepAlive { Time = _time, Unanswered = int.MaxValue });
        await using IProcessStreams streams = await peer.OpenAsync();
        Task<StreamPiece?> reading = streams.ReadAsync(Stop).AsTask();
        Task writing = Task.Run(async () =>
        {
            for (int i = 0; i < 200; i++)
            {
                await streams.WriteAsync(new byte[10], Stop);
                _time.Pass();
            }
        }, Stop);
        int inputs = 0, pings = 0;
        while (inputs < 200 || pings == 0)
        {
            (int opcode, byte[] payload) = await peer.ReceiveAsync();
            if (opcode == 9) pings++;
            else
            {
                Assert.Equal((2, 11), (opcode, payload.Length));
                inputs++;
            }
        }
        await writing;
        await peer.SendAsync(1, "x");
        await reading;
    }

    [Fact]
    public async Task Who_does_not_read_does_not_ask()
    {
        await using IProcessStreams streams = await _peer.OpenAsync();
        for (int i = 0; i < 100; i++) _time.Pass();
        await streams.WriteAsync("x");
        Assert.Equal(2, (await _peer.ReceiveAsync()).Opcode);
        await _peer.SendAsync(1, "y");
        Assert.NotNull(await streams.ReadAsync(Stop));
    }

    [Fact]
    public async Task A_peer_that_may_be_stuck_with_our_input_is_not_taken_for_dead()
    {
        await using IProcessStreams streams = await _peer.OpenAsync();
        await streams.WriteAsync(new byte[8 * 1024], Stop);
        Task<StreamPiece?> reading = streams.ReadAsync(Stop).AsTask();
        for (int i = 0; i < 100; i++) _time.Pass();
        Assert.False(reading.IsCompleted);
        await _peer.SendAsync(1, "done");
        Assert.NotNull(await reading);
        // Once it has spoken, its silence counts again.
        reading = streams.ReadAsync(Stop).AsTask();
        for (int i = 0; i < 5; i++) _time.Pass();
        Assert.Null(await reading);
    }

    [Fact]
    public async Task Nothing_is_left_of_a_stream_that_has_ended()
    {
        await using (IProcessStreams streams = await _peer.OpenAsync()) Assert.Equal(1, _time.Count);
        Assert.Equal(0, _time.Count);
    }

    /// <summary>A clock whose timers fire when the test says so.</summary>
    private sealed class HandTimers : TimeProvider
    {
        private readonly List<HandTimer> _timers = [];

        internal int Count
        {
            get { lock (_timers) return _timers.Count; }
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Assert.Equal(dueTime, period);
            HandTimer timer = new(this, () => callback(state));
            lock (_timers) _timers.Add(timer);
            return timer;
        }

        internal void Pass()
        {
            HandTimer[] due;
            lock (_timers) due = [.. _timers];
            foreach (HandTimer timer in due) timer.Fire();
        }

        private sealed class HandTimer(HandTimers owner, Action fire) : ITimer
        {
            internal void Fire() => fire();

            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
                lock (owner._timers) owner._timers.Remove(this);
            }

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
