using Microsoft.AspNetCore.Http;

namespace EphemeralDebug.Sandbox.Http;

/// <summary>What was received, in order, for tests to count and to wait for.</summary>
internal sealed class RequestLog
{
    private readonly Lock _lock = new();
    private readonly List<SandboxRequest> _requests = [];
    private readonly List<(Func<SandboxRequest, bool> Match, TaskCompletionSource<SandboxRequest> Found)> _waiting = [];

    internal IReadOnlyList<SandboxRequest> All { get { lock (_lock) return [.. _requests]; } }

    internal void Clear()
    {
        lock (_lock) _requests.Clear();
    }

    internal static SandboxRequest Read(HttpContext context)
    {
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in context.Request.Headers) headers[name] = values.ToString();
        return new SandboxRequest(context.Request.Method, context.Request.Path.Value ?? "/", context.Request.QueryString.Value ?? "",
            headers, context.Request.Protocol, context.Connection.Id);
    }

    /// <summary>Shows a request, now that its user and body are known.</summary>
    internal void Publish(SandboxRequest request)
    {
        List<TaskCompletionSource<SandboxRequest>> found = [];
        lock (_lock)
        {
            _requests.Add(request);
            for (int i = _waiting.Count - 1; i >= 0; i--)
            {
                if (!_waiting[i].Match(request)) continue;
                found.Add(_waiting[i].Found);
                _waiting.RemoveAt(i);
            }
        }
        foreach (TaskCompletionSource<SandboxRequest> waiter in found) waiter.TrySetResult(request);
    }

    internal Task<SandboxRequest> WaitAsync(Func<SandboxRequest, bool> match, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            SandboxRequest? there = _requests.FirstOrDefault(match);
            if (there is not null) return Task.FromResult(there);
            TaskCompletionSource<SandboxRequest> found = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((match, found));
            return found.Task.WaitAsync(cancellationToken);
        }
    }
}
