using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using EphemeralDebug.Sandbox.Selectors;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Http;

/// <summary>Watches: one JSON event a line, from a version on or from the current state, with bookmarks, until the client goes or the time is over.</summary>
internal sealed class WatchHandler(ObjectStore store, SerializedObjects texts, TablePrinter tables, SandboxFaults faults, TimeSpan bookmarkInterval)
{
    internal async Task HandleAsync(ApiRequest request, ResourceType type, CancellationToken serverStops)
    {
        ListSelection selection = ListSelection.Of(request, type);
        string from = request.Query("resourceVersion") ?? "";
        bool bookmarks = RequestInfo.IsTrue(request.Query("allowWatchBookmarks"));
        bool initialEvents = RequestInfo.IsTrue(request.Query("sendInitialEvents"));
        string? match = request.Query("resourceVersionMatch");
        if (initialEvents && match != "NotOlderThan")
            throw Invalid("sendInitialEvents", "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
        if (match is not null && request.Query("sendInitialEvents") is null)
            throw Invalid("resourceVersionMatch", "Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
        if (!long.TryParse(from.Length == 0 ? "0" : from, NumberStyles.None, CultureInfo.InvariantCulture, out long version))
            throw Invalid("resourceVersion", $"Invalid value: \"{from}\": strconv.ParseUint: parsing \"{from}\": invalid syntax");

        using CancellationTokenSource ends = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted, serverStops);
        if (int.TryParse(request.Query("timeoutSeconds"), out int seconds) && seconds > 0) ends.CancelAfter(TimeSpan.FromSeconds(seconds));

        bool state = version == 0 || initialEvents;
        (IReadOnlyList<JsonObject> items, long current) = state ? store.List(type, selection.Namespace) : ([], version);
        using ObjectStore.Subscription? subscription = store.Watch(state ? current : version);

        Answer.Head(request.Context, 200, "application/json");
        Writer writer = new(request, type, texts, AnswerFormat.Of(request.Context.Request.Headers.Accept) == AnswerForm.Table ? tables : null, faults);
        try
        {
            await request.Context.Response.StartAsync(ends.Token);
            await request.Context.Response.Body.FlushAsync(ends.Token);
            if (await writer.FaultAsync()) return;
            if (subscription is null)
            {
                await writer.ErrorAsync(StatusException.Expired($"too old resource version: {version} ({store.OldestVersion})"));
                return;
            }
            foreach (JsonObject item in items.Where(selection.Matches))
            {
                if (await writer.EventAsync("ADDED", item, ends.Token)) return;
            }
            if (initialEvents && bookmarks) await writer.BookmarkAsync(current, initialEventsEnd: true, ends.Token);
            await FollowAsync(selection, subscription, writer, bookmarks ? bookmarkInterval : Timeout.InfiniteTimeSpan, current, ends.Token);
        }
        catch (OperationCanceledException) when (!request.Aborted.IsCancellationRequested)
        {
            // The time is over: the stream ends as if there were nothing more to say.
        }
    }

    private static async Task FollowAsync(ListSelection selection, ObjectStore.Subscription subscription, Writer writer, TimeSpan interval, long seen, CancellationToken ends)
    {
        ChannelReader<StoreEvent> events = subscription.Events;
        long bookmarked = seen;
        Task bookmark = Task.Delay(interval, ends);
        while (true)
        {
            Task<bool> more = events.WaitToReadAsync(ends).AsTask();
            while (!more.IsCompleted)
            {
                if (await Task.WhenAny(more, bookmark) == more) break;
                ends.ThrowIfCancellationRequested();
                if (bookmarked < seen) await writer.BookmarkAsync(seen, initialEventsEnd: false, ends);
                bookmarked = seen;
                bookmark = Task.Delay(interval, ends);
            }
            if (!await more) return;
            while (events.TryRead(out StoreEvent? happened))
            {
                seen = happened.Version;
                if (!selection.Covers(happened)) continue;
                bool now = selection.Matches(happened.Object);
                bool before = happened.Previous is { } previous && selection.Matches(previous);
                string? type = happened.Type switch
                {
                    "DELETED" => before || now ? "DELETED" : null,
                    _ when now => before ? "MODIFIED" : "ADDED",
                    _ => before ? "DELETED" : null,
                };
                if (type is not null && await writer.EventAsync(type, happened.Object, ends)) return;
            }
        }
    }

    private static StatusException Invalid(string field, string message) =>
        new(422, "Invalid", $"ListOptions.meta.k8s.io \"\" is invalid: {field}: {message}");

    private sealed class Writer(ApiRequest request, ResourceType type, SerializedObjects texts, TablePrinter? tables, SandboxFaults faults)
    {
        private SandboxFault? _fault;
        private bool _looked;
        private int _sent;

        /// <summary>Writes an event; true where a fault ended the watch after it.</summary>
        internal async Task<bool> EventAsync(string happened, JsonObject value, CancellationToken ends)
        {
            ReadOnlyMemory<byte> text = tables is null ? texts.Of(value) : Encoding.UTF8.GetBytes(
                tables.Print(type, [value], new JsonObject { ["resourceVersion"] = value.ResourceVersion() }, request.Query("includeObject"), columns: _sent == 0)
                    .ToJsonString(KubernetesJson.Serializer));
            string head = tables is null
                ? $"{{\"type\":\"{happened}\",\"object\":{{\"kind\":\"{type.Kind}\",\"apiVersion\":\"{type.ApiVersion}\","
                : $"{{\"type\":\"{happened}\",\"object\":";
            await LineAsync(head, tables is null ? text[1..] : text, ends);
            _sent++;
            return await FaultAsync();
        }

        internal Task BookmarkAsync(long version, bool initialEventsEnd, CancellationToken ends)
        {
            string annotations = initialEventsEnd ? ",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}" : "";
            string spec = type == ResourceType.Pods ? ",\"spec\":{\"containers\":null},\"status\":{}" : "";
            return LineAsync("{\"type\":\"BOOKMARK\",\"object\":", Encoding.UTF8.GetBytes(
                $"{{\"kind\":\"{type.Kind}\",\"apiVersion\":\"{type.ApiVersion}\",\"metadata\":{{\"resourceVersion\":\"{version}\"{annotations}}}{spec}}}"), ends);
        }

        internal Task ErrorAsync(StatusException status) =>
            LineAsync("{\"type\":\"ERROR\",\"object\":", Encoding.UTF8.GetBytes(status.ToStatus().ToJsonString(KubernetesJson.Serializer)), request.Aborted);

        internal async Task<bool> FaultAsync()
        {
            if (!_looked) _fault = faults.Find(request.Record, FaultKind.CutWatch, FaultKind.ExpireWatch);
            _looked = true;
            if (_fault is null || _sent < _fault.After) return false;
            _fault.Struck(request.Record);
            if (_fault.Kind == FaultKind.CutWatch)
            {
                request.Record.WasCut = true;
                request.Context.Abort();
            }
            else await ErrorAsync(StatusException.Expired("The resourceVersion for the provided watch is too old."));
            return true;
        }

        private async Task LineAsync(string head, ReadOnlyMemory<byte> rest, CancellationToken ends)
        {
            byte[] line = new byte[Encoding.UTF8.GetByteCount(head) + rest.Length + 2];
            int at = Encoding.UTF8.GetBytes(head, line);
            rest.CopyTo(line.AsMemory(at));
            "}\n"u8.CopyTo(line.AsSpan(at + rest.Length));
            await request.Context.Response.Body.WriteAsync(line, ends);
            await request.Context.Response.Body.FlushAsync(ends);
        }
    }
}
