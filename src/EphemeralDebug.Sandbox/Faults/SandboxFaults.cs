using EphemeralDebug.Sandbox.Http;

namespace EphemeralDebug.Sandbox;

/// <summary>
/// Everything that can go wrong between a client and an API server, on request. Each method arms one fault for the requests that
/// match and gives it back; faults are tried in the order of arming, and several may strike one request (a delay, then an answer).
/// </summary>
public sealed class SandboxFaults
{
    private readonly Lock _lock = new();
    private readonly List<SandboxFault> _faults = [];

    /// <summary>Sends nothing for <paramref name="duration"/>, or (null) until released.</summary>
    public SandboxFault Delay(Func<SandboxRequest, bool> match, TimeSpan? duration = null, int times = int.MaxValue) =>
        Arm(new SandboxFault(FaultKind.Delay, match, times) { Duration = duration });

    /// <summary>Sends the headers and <paramref name="afterBytes"/> of the body, then nothing until released.</summary>
    public SandboxFault StallBody(Func<SandboxRequest, bool> match, int afterBytes, int times = int.MaxValue) =>
        Arm(new SandboxFault(FaultKind.StallBody, match, times) { After = afterBytes });

    /// <summary>Loses the connection before anything is answered.</summary>
    public SandboxFault Cut(Func<SandboxRequest, bool> match, int times = 1) => Arm(new SandboxFault(FaultKind.Cut, match, times));

    /// <summary>Loses the connection after <paramref name="afterBytes"/> of the body.</summary>
    public SandboxFault CutBody(Func<SandboxRequest, bool> match, int afterBytes, int times = 1) =>
        Arm(new SandboxFault(FaultKind.CutBody, match, times) { After = afterBytes });

    /// <summary>Loses the connection of a watch after <paramref name="afterEvents"/> events.</summary>
    public SandboxFault CutWatch(Func<SandboxRequest, bool> match, int afterEvents, int times = 1) =>
        Arm(new SandboxFault(FaultKind.CutWatch, match, times) { After = afterEvents });

    /// <summary>Ends a watch after <paramref name="afterEvents"/> events with the ERROR event of an expired version (410).</summary>
    public SandboxFault ExpireWatch(Func<SandboxRequest, bool> match, int afterEvents = 0, int times = 1) =>
        Arm(new SandboxFault(FaultKind.ExpireWatch, match, times) { After = afterEvents });

    /// <summary>Answers 410 Expired, as an API server does for a list's continue token that is too old.</summary>
    public SandboxFault Expire(Func<SandboxRequest, bool> match, int times = 1) =>
        Status(match, StatusException.Expired(ListContinue.TooOld), times);

    /// <summary>Answers 429 with Retry-After, as an overloaded API server does.</summary>
    public SandboxFault TooManyRequests(Func<SandboxRequest, bool> match, int? retryAfterSeconds = 1, int times = 1) =>
        Status(match, StatusException.TooManyRequests("Too many requests, please try again later.", retryAfterSeconds), times);

    /// <summary>Answers 500 InternalError with this message.</summary>
    public SandboxFault InternalError(Func<SandboxRequest, bool> match, string message = "Internal error occurred: simulated", int times = 1) =>
        Status(match, new StatusException(500, "InternalError", message), times);

    /// <summary>Answers 503 ServiceUnavailable.</summary>
    public SandboxFault Unavailable(Func<SandboxRequest, bool> match, int? retryAfterSeconds = null, int times = 1) => Status(match,
        new StatusException(503, "ServiceUnavailable", "the server is currently unable to handle the request") { RetryAfterSeconds = retryAfterSeconds }, times);

    /// <summary>Does what is asked, and answers 504 Timeout all the same, as an API server does whose store is too slow.</summary>
    public SandboxFault TimeOut(Func<SandboxRequest, bool> match, int times = 1) => Arm(new SandboxFault(FaultKind.TimeOut, match, times));

    /// <summary>Answers any status with any text, e.g. the HTML page of a proxy.</summary>
    public SandboxFault Respond(Func<SandboxRequest, bool> match, int status, string body, string contentType = "text/html", int times = int.MaxValue) =>
        Arm(new SandboxFault(FaultKind.Answer, match, times) { Answer = new FaultAnswer(status, contentType, body) });

    /// <summary>Answers 200 with JSON that ends in the middle.</summary>
    public SandboxFault MalformedJson(Func<SandboxRequest, bool> match, string body = "{\"kind\":\"PodList\",\"items\":[{", int times = int.MaxValue) =>
        Respond(match, 200, body, "application/json", times);

    /// <summary>Answers 401 as for an expired token, until released or hit <paramref name="times"/> times.</summary>
    public SandboxFault ExpireCredentials(Func<SandboxRequest, bool> match, int times = int.MaxValue) =>
        Arm(new SandboxFault(FaultKind.Unauthorized, match, times));

    /// <summary>Refuses evictions as a PodDisruptionBudget does (429).</summary>
    public SandboxFault RefuseEviction(Func<SandboxRequest, bool> match, int times = int.MaxValue) =>
        Arm(new SandboxFault(FaultKind.RefuseEviction, match, times));

    /// <summary>Releases every fault.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            foreach (SandboxFault fault in _faults) fault.Release();
            _faults.Clear();
        }
    }

    /// <summary>The first fault of these kinds that is for the request. Faults of a body or a watch strike later, and say so then.</summary>
    internal SandboxFault? Find(SandboxRequest request, params ReadOnlySpan<FaultKind> kinds)
    {
        bool strikesLater = kinds[0] is FaultKind.CutBody or FaultKind.StallBody or FaultKind.CutWatch or FaultKind.ExpireWatch;
        SandboxFault[] armed;
        lock (_lock)
        {
            if (_faults.Count == 0) return null;
            armed = [.. _faults];
        }
        foreach (SandboxFault fault in armed)
        {
            if (!kinds.Contains(fault.Kind) || !fault.TakesAim(request)) continue;
            if (!strikesLater) fault.Struck(request);
            return fault;
        }
        return null;
    }

    private SandboxFault Status(Func<SandboxRequest, bool> match, StatusException status, int times) =>
        Arm(new SandboxFault(FaultKind.Answer, match, times)
        {
            Answer = new FaultAnswer(status.Code, "application/json", status.ToStatus().ToJsonString(Store.KubernetesJson.Serializer) + "\n")
            { RetryAfterSeconds = status.RetryAfterSeconds },
        });

    private SandboxFault Arm(SandboxFault fault)
    {
        lock (_lock) _faults.Add(fault);
        return fault;
    }
}
