using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>Answers GET pods/NAME/log.</summary>
internal static class LogEndpoint
{
    internal static async Task AnswerAsync(HttpContext context, JsonObject pod, PodWorker? worker, TimeProvider time, CancellationToken stopping)
    {
        IQueryCollection query = context.Request.Query;
        (string? name, string? error) = ContainerChoice.Choose(pod, query["container"]);
        if (name is null)
        {
            await StatusAnswer.BadRequestAsync(context, error!);
            return;
        }
        string podName = (string)pod["metadata"]!["name"]!;
        (ContainerLog? log, error) = Find(worker?.Find(name), name, podName, previous: IsTrue(query["previous"]));
        if (error is not null)
        {
            await StatusAnswer.BadRequestAsync(context, error);
            return;
        }
        LogQuery wanted;
        try
        {
            wanted = LogQuery.Read(query, time.GetUtcNow());
        }
        catch (FormatException wrong)
        {
            await StatusAnswer.BadRequestAsync(context, wrong.Message);
            return;
        }
        context.Response.Headers.CacheControl = "no-cache, private";
        context.Response.ContentType = "text/plain";
        // A pod that no node has yet has an empty log.
        if (log is null) return;
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            await WriteAsync(context.Response, log, wanted, ended.Token);
        }
        catch (OperationCanceledException)
        {
            // The client left, or the sandbox stops.
        }
    }

    private static (ContainerLog? Log, string? Error) Find(ContainerRecord? container, string name, string pod, bool previous)
    {
        if (container is null) return (null, null);
        if (previous) return container.PreviousLog is { } before ? (before, null) : (null, $"previous terminated container \"{name}\" in pod \"{pod}\" not found");
        if (container.Log is { } log) return (log, null);
        return (null, $"container \"{name}\" in pod \"{pod}\" is waiting to start: " + (container.State as ContainerState.Waiting)?.Reason switch
        {
            "ErrImagePull" => "image can't be pulled",
            "ImagePullBackOff" => "trying and failing to pull image",
            { } reason => reason,
            null => "no logs yet",
        });
    }

    private static async Task WriteAsync(HttpResponse response, ContainerLog log, LogQuery wanted, CancellationToken cancellationToken)
    {
        long next = 0, left = wanted.LimitBytes ?? long.MaxValue;
        bool first = true, atLineStart = true;
        while (true)
        {
            (IReadOnlyList<LogLine> lines, Task? more) = log.Read(next);
            if (lines.Count > 0) next = lines[^1].Number + 1;
            IEnumerable<LogLine> shown = lines.Where(line => wanted.Since is null || line.Time >= wanted.Since);
            if (first && wanted.TailLines is { } tail) shown = shown.TakeLast(tail);
            foreach (LogLine line in shown)
            {
                byte[] text = wanted.Timestamps && atLineStart ? [.. Encoding.ASCII.GetBytes(Nanoseconds(line.Time) + " "), .. line.Text] : line.Text;
                atLineStart = line.Complete;
                int count = (int)Math.Min(left, text.Length);
                await response.Body.WriteAsync(text.AsMemory(0, count), cancellationToken);
                left -= count;
                if (left == 0) return;
            }
            if (more is null || !wanted.Follow) return;
            // Headers too must reach someone who follows a silent log.
            await response.Body.FlushAsync(cancellationToken);
            first = false;
            await more.WaitAsync(cancellationToken);
        }
    }

    private static bool IsTrue(string? value) => value is "true" or "1";

    /// <summary>A time as in a container's log: nine digits of a second.</summary>
    private static string Nanoseconds(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture);

    private sealed record LogQuery(bool Follow, bool Timestamps, int? TailLines, long? LimitBytes, DateTimeOffset? Since)
    {
        internal static LogQuery Read(IQueryCollection query, DateTimeOffset now)
        {
            long? seconds = Number("sinceSeconds"), tail = Number("tailLines"), limit = Number("limitBytes");
            DateTimeOffset? since = seconds is null ? null : now.AddSeconds(-seconds.Value);
            if (query["sinceTime"] is [{ Length: > 0 } text, ..])
            {
                if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)) throw new FormatException($"parsing time \"{text}\": cannot parse");
                since = time;
            }
            return new LogQuery(IsTrue(query["follow"]), IsTrue(query["timestamps"]), (int?)tail, limit, since);

            long? Number(string name) => query[name] is not [{ Length: > 0 } text, ..] ? null
                : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? Math.Min(number, int.MaxValue)
                : throw new FormatException($"strconv.ParseInt: parsing \"{text}\": invalid syntax");
        }
    }
}
