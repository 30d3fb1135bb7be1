using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using EphemeralDebug.Core.Cluster;

namespace EphemeralDebug.Core.Api;

/// <summary>
/// Keeps a watch going over any number of connections: the server ends each after some minutes, and proxies and networks
/// sooner. Takes up again after the last version seen.
/// </summary>
internal sealed class WatchLoop(IClusterTransport transport, string path, RequestQuery query, WatchLimits limits)
{
    private const int LongestLine = 64 * 1024 * 1024;
    private const int SecondsPerConnection = 300;
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(5);

    // Counted over all readings: a server that always answers "too old" must not keep us busy for ever.
    private int _failures;

    /// <summary>
    /// The events after a version. Ends where the server does not know that version any more (410), or where a watch without a
    /// version was cut before it had one that all events before it belong to; the caller then reads the present state.
    /// </summary>
    internal async IAsyncEnumerable<WatchLine> ReadAsync(string? resourceVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Without a version the server first sends what exists, in no order of versions.
        var version = resourceVersion;
        while (true)
        {
            if (_failures > 0) await PauseAsync(cancellationToken).ConfigureAwait(false);
            var (response, isTooOld) = await ConnectAsync(version, cancellationToken).ConfigureAwait(false);
            if (isTooOld) yield break;
            if (response is null) continue;

            using (response)
            {
                using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                using var lines = new LineSplitter(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), LongestLine);
                var started = Stopwatch.GetTimestamp();
                var hasWorked = false;
                Exception? end = null;
                while (true)
                {
                    (var isLine, end) = await NextAsync(lines, silence, cancellationToken).ConfigureAwait(false);
                    if (!isLine) break;
                    var line = ParseLine(lines.Current);
                    if (line.Type == "ERROR")
                    {
                        end = Refusal(line);
                        break;
                    }
                    (hasWorked, _failures) = (true, 0);
                    if (line.Type == "BOOKMARK" || version is not null) version = line.ResourceVersion ?? version;
                    if (line.Type != "BOOKMARK") yield return line;
                }
                if (Stopwatch.GetElapsedTime(started) >= limits.Lasting) (hasWorked, _failures) = (true, 0);
                // The ordinary end of a connection that has worked is the only one after which we do not wait.
                if (end is not null || !hasWorked) Failed(end);
                if (end is DebugException { StatusCode: 410 }) yield break;
            }
            if (version is null) yield break;
        }
    }

    private async Task<(HttpResponseMessage? Response, bool IsTooOld)> ConnectAsync(string? version, CancellationToken cancellationToken)
    {
        var uri = path + query.With("watch", true).With("allowWatchBookmarks", true).With("timeoutSeconds", SecondsPerConnection).With("resourceVersion", version);
        try
        {
            return (await Answer.GetAsync(transport, uri, cancellationToken).ConfigureAwait(false), false);
        }
        catch (DebugException e) when (e.StatusCode == 410)
        {
            Failed(e);
            return (null, true);
        }
        catch (DebugException e) when (e.StatusCode is 429 or >= 500 || e.Kind is FailureKind.ConnectionError or FailureKind.OperationTimeout)
        {
            Failed(e);
            return (null, false);
        }
    }

    // No line at the end of the connection, with what ended it; null where the server did so in order.
    private async ValueTask<(bool IsLine, Exception? End)> NextAsync(LineSplitter lines, CancellationTokenSource silence, CancellationToken cancellationToken)
    {
        try
        {
            silence.CancelAfter(limits.Silence);
            var isLine = await lines.ReadAsync(silence.Token).ConfigureAwait(false);
            return isLine && !lines.IsTerminated ? (false, new EndOfStreamException()) : (isLine, null);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException or ObjectDisposedException
            or DebugException { Kind: FailureKind.ConnectionError })
        {
            cancellationToken.ThrowIfCancellationRequested();
            return (false, e);
        }
    }

    private WatchLine ParseLine(ReadOnlyMemory<byte> line)
    {
        try
        {
            return WatchLine.Parse(line);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Failure.ResponseMalformed(path, e);
        }
    }

    // The Status in an ERROR event: too old a version, a server in trouble, or something that will not pass.
    private DebugException Refusal(WatchLine line)
    {
        var status = JsonNode.Parse(line.Object.Span) as JsonObject;
        var code = status?["code"] is JsonValue number && number.TryGetValue<int>(out var value) ? value : 0;
        var reason = status?["reason"] is JsonValue text && text.TryGetValue<string>(out var word) ? word : null;
        var message = status?["message"] is JsonValue words && words.TryGetValue<string>(out var said) ? PlainText.Clean(said) : "";
        var refusal = Failure.WatchRefused(path, code, reason, message);
        return code is 410 or 429 or >= 500 ? refusal : throw refusal;
    }

    private void Failed(Exception? exception)
    {
        if (++_failures >= limits.Attempts) throw Failure.WatchLost(path, _failures, exception);
    }

    private Task PauseAsync(CancellationToken cancellationToken)
    {
        var delay = limits.FirstDelay * Math.Pow(2, _failures - 1);
        return Task.Delay(delay < s_longestDelay ? delay : s_longestDelay, cancellationToken);
    }
}
