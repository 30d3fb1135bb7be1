using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Specs;

namespace EphemeralDebug.Core.Debugging;

/// <summary>
/// The pod with which one debugs a node, and the namespace where one is made for it. What was asked of the server is undone also where its
/// answer has not come yet, or was lost.
/// </summary>
public sealed partial class NodeDebugPod(PodWatches watches, NodeRequest request, DebugListener listener) : IDisposable
{
    // The controller that gives a new namespace its service account is quick, and has other work too.
    private static readonly TimeSpan s_accountPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_accountPause = TimeSpan.FromMilliseconds(200);

    // How many namespaces are named where one refuses.
    private const int Choices = 3;

    private readonly CancellationTokenSource _leaving = new(); // nothing more is begun
    private readonly CancellationTokenSource _givenUp = new(); // nothing more is waited for
    private Task<MadePod>? _creating;
    private volatile bool _isKept;
    private NodePodPlan? _plan;
    private string _namespace = "";
    private string _suffix = Suffix();
    private (string Name, string? Uid)? _temporary;

    /// <summary>Where whoever enters the pod finds the node's files; once it is made.</summary>
    public string HostFiles => _plan?.HostFiles ?? "";

    /// <summary>Creates it, and does not wait until it runs.</summary>
    /// <exception cref="DebugException">There is no such node, or the pod is refused; <c>NamespaceRefusesNodePods</c> by the namespace's Pod Security level.</exception>
    public Task<MadePod> CreateAsync(CancellationToken cancellationToken)
    {
        // What has been sent is not taken back by hanging up: the server may have done it. So it goes on, and UndoAsync waits for it.
        _creating = SendAllAsync(cancellationToken);
        return _creating.WaitAsync(cancellationToken);
    }

    /// <summary>Creates it, and waits until its container runs, has ended, or cannot start. A dry run does not wait.</summary>
    /// <exception cref="DebugException">As <see cref="CreateAsync"/>, or it cannot start.</exception>
    public async Task<DebugPod> RunAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        MadePod made = await CreateAsync(cancellationToken).ConfigureAwait(false);
        return request.DryRun ? made.Row with { Status = "DryRun" } : (await made.StartedAsync(timeout, listener, cancellationToken).ConfigureAwait(false)).Row;
    }

    /// <summary>Lets it stay: nothing is left to undo.</summary>
    public void Keep() => _isKept = true;

    /// <summary>Deletes what has been made.</summary>
    /// <exception cref="DebugException">It could not be deleted: see <see cref="LeftBehind"/>.</exception>
    public async Task UndoAsync(CancellationToken cancellationToken)
    {
        await _leaving.CancelAsync().ConfigureAwait(false);
        if (_creating is null || _isKept || request.DryRun) return;
        try
        {
            if (await MadeAsync(cancellationToken).ConfigureAwait(false) is var (name, uid))
                await watches.Api.DeletePodAsync(_namespace, name, uid, TimeSpan.Zero, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (DebugException e) when (_temporary is not null || e.IsPodGone)
        {
            // It is gone, or goes with its namespace.
        }

        if (_temporary is { } temporary) await DeleteNamespaceAsync(temporary.Name, temporary.Uid, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What to say where <see cref="UndoAsync"/> failed.</summary>
    public DebugException LeftBehind(DebugException reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        if (_temporary is { } temporary) return Failure.NamespaceLeftBehind(temporary.Name, reason);
        DebugPod pod = _creating is { IsCompletedSuccessfully: true } ? _creating.Result.Row : new DebugPod { Name = _plan?.Name ?? "", Namespace = _namespace };
        return Failure.LeftBehind(pod, reason);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _givenUp.Cancel();
        if (_creating is { IsCompletedSuccessfully: true }) _creating.Result.Dispose();
        _leaving.Dispose();
        _givenUp.Dispose();
    }

    private async Task<MadePod> SendAllAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _leaving.Token);
        JsonObject node = await ReadNodeAsync(over.Token).ConfigureAwait(false);
        _namespace = request.Options.Namespace ?? watches.Api.Transport.DefaultNamespace;
        // Before a namespace is made for it.
        _plan = NodePod.Build(node, request.Options, () => _suffix);
        if (request.TemporaryNamespace) await CreateNamespaceAsync(node, over.Token).ConfigureAwait(false);
        listener.Progress(_plan.Name, "creating the pod");
        List<string> warnings = [];
        MadePod made = await CreatePodAsync(node, warnings.Add, over.Token).ConfigureAwait(false);
        string name = $"{made.Row.Namespace}/{made.Row.Name}";
        foreach (string warning in _plan.Warnings.Concat(warnings)) await listener.Warning($"{name}: {warning}").ConfigureAwait(false);
        foreach (string one in _plan.LeftOut) await listener.Warning($"{name}: left out: {one}").ConfigureAwait(false);
        await listener.Verbose($"{name}: the pod of node {request.Node}, profile {_plan.Profile}.").ConfigureAwait(false);
        return made;
    }

    // Who may create pods need not be allowed to read nodes.
    private async Task<JsonObject> ReadNodeAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await watches.InTurnAsync(() => watches.Api.GetNodeAsync(request.Node, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (DebugException e) when (e.StatusCode == 403)
        {
            await listener.Verbose($"{request.Node}: the node may not be read, so it is taken for one of Linux, and for ready. {e.Message}").ConfigureAwait(false);
            return new JsonObject { ["metadata"] = new JsonObject { ["name"] = request.Node } };
        }
    }

    private async Task CreateNamespaceAsync(JsonObject node, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        DateTimeOffset? expires = request.Options.ExpireAfter is { } after ? DateTimeOffset.UtcNow + after : null;
        JsonObject sent = DebugNamespace.Build(request.Node, node.Object("metadata").String("uid"), expires, Suffix);
        _namespace = sent.Object("metadata").String("name")!;
        _temporary = (_namespace, null);
        listener.Progress(_plan!.Name, "creating the namespace");
        try
        {
            JsonObject made = await watches.Api.CreateNamespaceAsync(sent, cancellationToken: _givenUp.Token).ConfigureAwait(false);
            _temporary = (_namespace, made.Object("metadata").String("uid"));
        }
        catch (DebugException e) when (!e.IsOutcomeUnknown)
        {
            _temporary = null;
            throw;
        }

        await listener.Verbose($"{_namespace}: a temporary namespace that admits privileged pods.").ConfigureAwait(false);
    }

    private async Task<MadePod> CreatePodAsync(JsonObject node, Action<string> onWarning, CancellationToken cancellationToken)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                MadePod made = await MadePod.CreateAsync(watches, _namespace, Build, isNameDrawn: true, request.DryRun, onWarning, _givenUp.Token).ConfigureAwait(false);
                return made.With(row => row with { Profile = _plan!.Profile, LeftOut = [.. _plan.LeftOut] }).ToBeUndone();
            }
            catch (DebugException e) when (_temporary is not null && waited.Elapsed < s_accountPatience && IsWithoutAccount(e))
            {
                await Task.Delay(s_accountPause, cancellationToken).ConfigureAwait(false);
            }
            catch (DebugException e) when (e.ErrorId == nameof(Failure.PodSecurityViolation))
            {
                throw await RefusedAsync(e, cancellationToken).ConfigureAwait(false);
            }
        }

        (JsonObject, string?) Build()
        {
            cancellationToken.ThrowIfCancellationRequested();
            _plan = NodePod.Build(node, request.Options with { Namespace = _namespace }, () => _suffix);
            _suffix = Suffix(); // for another try, where the name is taken
            return (_plan.Pod, _plan.Container);
        }
    }

    private async Task<DebugException> RefusedAsync(DebugException said, CancellationToken cancellationToken)
    {
        string level = RefusingLevel().Match(said.Message) is { Success: true } match ? match.Groups["level"].Value : "unknown";
        List<string> labelled = [], unlabelled = [];
        bool isDefaultLevel = false;
        try
        {
            await foreach (JsonObject one in watches.Api.ListWholeNamespacesAsync(cancellationToken: cancellationToken).ConfigureAwait(false))
            {
                string name = one.Object("metadata").String("name") ?? "";
                JsonObject? labels = one.Object("metadata").Object("labels");
                string? enforced = labels.String(DebugNamespace.EnforceLabel);
                if (name == _namespace) isDefaultLevel = enforced is null;
                bool lasts = one.Object("status").String("phase") != "Terminating" && labels.String(DebugMarks.ManagedByLabel) != DebugMarks.Manager;
                if (!lasts || name == _namespace || PodSecurity.Evaluate(enforced, labels.String(DebugNamespace.EnforceVersionLabel), _plan!.Pod).Count > 0) continue;
                (enforced is null ? unlabelled : labelled).Add(name);
                if (labelled.Count == Choices) break;
            }
        }
        catch (DebugException e)
        {
            await listener.Verbose($"{_namespace}: which other namespace would do cannot be seen: {e.Message}").ConfigureAwait(false);
        }

        // What the server takes for a namespace without a label, nobody tells; where it has just refused, it would again.
        IEnumerable<string> choices = isDefaultLevel ? labelled : labelled.Concat(unlabelled);
        return Failure.NamespaceRefusesNodePods(_namespace, level, _plan!.Profile, [.. choices.Take(Choices)], said);
    }

    /// <summary>The name of the pod that there is or may be, and its uid where it is known; null where none was made.</summary>
    private async Task<(string Name, string? Uid)?> MadeAsync(CancellationToken cancellationToken)
    {
        try
        {
            MadePod made = await _creating!.WaitAsync(cancellationToken).ConfigureAwait(false);
            return (made.Row.Name, made.Row.Uid);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null; // nothing had been sent
        }
        catch (DebugException e)
        {
            // The name was drawn for this pod alone.
            return e.IsOutcomeUnknown && _plan is not null ? (_plan.Name, null) : null;
        }
    }

    private async Task DeleteNamespaceAsync(string name, string? uid, CancellationToken cancellationToken)
    {
        try
        {
            await watches.Api.DeleteNamespaceAsync(name, uid, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (DebugException e) when (e.StatusCode is 404 or 409)
        {
            // Somebody else was faster: gone, on its way, or another one by now.
        }
    }

    private static string Suffix() => NameSuffix.Draw(Random.Shared);

    private static bool IsWithoutAccount(DebugException e) =>
        e.StatusCode == 403 && e.Message.Contains("serviceaccount \"default\" not found", StringComparison.Ordinal);

    [GeneratedRegex("violates PodSecurity \"(?<level>[^\":]+)", RegexOptions.CultureInvariant)]
    private static partial Regex RefusingLevel();
}
