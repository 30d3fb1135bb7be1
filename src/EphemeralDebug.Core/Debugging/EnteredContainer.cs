using System.Diagnostics;
using System.Text.Json.Nodes;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Streams;

namespace EphemeralDebug.Core.Debugging;

/// <summary>A container that somebody is in: its streams, or its log where it has ended before. Disposing it closes the connection.</summary>
public sealed class EnteredContainer : IAsyncDisposable
{
    private readonly PodWatches _watches;
    private readonly long _opened;

    /// <param name="watches">The cluster.</param>
    /// <param name="request">How it was entered.</param>
    /// <param name="container">The container.</param>
    /// <param name="pod">Its pod.</param>
    /// <param name="streams">Its streams; null where it has ended.</param>
    /// <param name="opened">When they were opened (<see cref="Stopwatch.GetTimestamp"/>).</param>
    internal EnteredContainer(PodWatches watches, EntryRequest request, ContainerInfo container, JsonObject pod, IProcessStreams? streams, long opened)
    {
        (_watches, Request, Container, Streams, _opened) = (watches, request, container, streams, opened);
        User = RunAs(pod, container.Name);
    }

    /// <summary>How it was entered.</summary>
    public EntryRequest Request { get; }

    /// <summary>The container as seen when it was entered.</summary>
    public ContainerInfo Container { get; }

    /// <summary>The numeric user that the specification gives its process; null where the image decides.</summary>
    public long? User { get; }

    /// <summary>Its streams, from the first byte where it was entered as it started; null where it has ended.</summary>
    public IProcessStreams? Streams { get; }

    /// <summary>How long its streams have been open.</summary>
    public TimeSpan Age => Stopwatch.GetElapsedTime(_opened);

    /// <summary>Whether what is typed reaches a terminal of the process.</summary>
    public bool IsTerminal => Request.Terminal && (Request.Shell is not null || (Container.Tty && Container.Stdin));

    /// <summary>Whether somebody at a terminal is before a process that has none, and can be sent lines.</summary>
    public bool TakesLines => Request.Terminal && Request.Shell is null && Container is { Stdin: true, Tty: false };

    /// <summary>Whether standard input reaches the process.</summary>
    public bool TakesInput => Request.Shell is not null || Container.Stdin;

    /// <summary>
    /// Whether the end of standard input reaches the process. Without <c>stdinOnce</c>, and on a terminal, it ends the attach instead, and
    /// output that comes later is lost.
    /// </summary>
    public bool TakesInputEnd => Request.Shell is not null || (Container.StdinOnce && !Container.Tty);

    /// <summary>Gives what it has written so far, from its log: for one that ended before anybody could attach to it.</summary>
    /// <exception cref="DebugException">The log cannot be read.</exception>
    public async Task ReadLogAsync(Func<StreamPiece, CancellationToken, ValueTask> output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(output);
        LogQuery query = new() { Container = Container.Name };
        Stream log = await _watches.Api.OpenLogAsync(Container.Namespace, Container.Pod, query, cancellationToken).ConfigureAwait(false);
        await using (log.ConfigureAwait(false))
        {
            byte[] buffer = new byte[32 * 1024];
            while (await log.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and int count)
            {
                await output(new StreamPiece(IsError: false, buffer.AsMemory(0, count)), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>What became of the process after the session; asks the pod where the streams do not tell.</summary>
    /// <exception cref="DebugException">The stream failed for a reason of its own: the program was not found, ...</exception>
    public Task<SessionOutcome> EndAsync(SessionLeave leave, CancellationToken cancellationToken) =>
        SessionEnding.FindAsync(_watches, this, leave, cancellationToken);

    /// <summary>Whether its pod is gone, or on its way; false where that is not known.</summary>
    internal Task<bool> IsPodGoneAsync(CancellationToken cancellationToken) => SessionEnding.IsPodGoneAsync(_watches, Container, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Streams?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static long? RunAs(JsonObject pod, string name)
    {
        JsonNode? spec = pod["spec"];
        string[] lists = ["containers", "initContainers", "ephemeralContainers"];
        JsonNode? container = lists.SelectMany(list => spec?[list]?.AsArray() ?? []).FirstOrDefault(one => (string?)one?["name"] == name);
        return Number(container?["securityContext"]?["runAsUser"]) ?? Number(spec?["securityContext"]?["runAsUser"]);
    }

    private static long? Number(JsonNode? node) => node is JsonValue value && value.TryGetValue(out long number) ? number : null;
}
