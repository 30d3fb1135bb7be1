using System.Collections;
using System.Collections.Concurrent;
using System.Management.Automation;
using System.Management.Automation.Language;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Cluster;
using EphemeralDebug.Pipeline;

namespace EphemeralDebug.Completers;

/// <summary>
/// Completes names from the cluster. A person who presses Tab is typing: an answer takes at most a second, is kept for a few,
/// and a cluster that cannot be reached completes nothing and says nothing.
/// </summary>
public abstract class ClusterCompleter : IArgumentCompleter
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(5);
    private static readonly ConcurrentDictionary<(Type, string?, string?, string?, string?), (DateTime Until, IReadOnlyList<Candidate> Found)> s_kept = new();

    /// <summary>One name, and what the tooltip says of it.</summary>
    private protected sealed record Candidate(string Name, string ToolTip);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string typed = (wordToComplete ?? "").Trim('\'', '"');
        return Find(fakeBoundParameters ?? new Hashtable())
            .Where(candidate => candidate.Name.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
            .Select(candidate => new CompletionResult(Quoted(candidate.Name), candidate.Name, CompletionResultType.ParameterValue, candidate.ToolTip));
    }

    /// <summary>Asks the cluster.</summary>
    private protected abstract IAsyncEnumerable<Candidate> AskAsync(KubernetesApi api, string? ns, string? pod, CancellationToken cancellationToken);

    private IReadOnlyList<Candidate> Find(IDictionary bound)
    {
        string? context = bound["Context"] as string;
        string? kubeConfig = KubeConfigPath.Of(bound["KubeConfig"]);
        string? ns = bound["Namespace"] as string;
        string? pod = PodReference.From((bound["Pod"] as object[])?.FirstOrDefault() ?? bound["Pod"])?.Name;
        var key = (GetType(), context, kubeConfig, ns, pod);
        if (s_kept.TryGetValue(key, out var kept) && kept.Until > DateTime.UtcNow) return kept.Found;

        List<Candidate> found = [];
        try
        {
            using CancellationTokenSource patience = new(s_patience);
            Task.Run(() => CollectAsync(new ConnectionRequest(kubeConfig, context), ns, pod, found, patience.Token)).Wait(s_patience);
        }
#pragma warning disable CA1031 // Tab must never throw into somebody's typing.
        catch (Exception)
#pragma warning restore CA1031
        {
        }

        lock (found) kept = (DateTime.UtcNow + s_fresh, [.. found]);
        s_kept[key] = kept;
        return kept.Found;
    }

    private async Task CollectAsync(ConnectionRequest cluster, string? ns, string? pod, List<Candidate> found, CancellationToken cancellationToken)
    {
        KubernetesApi api = new(await ClusterConnection.OpenAsync(cluster, cancellationToken).ConfigureAwait(false));
        await foreach (Candidate candidate in AskAsync(api, ns ?? api.Transport.DefaultNamespace, pod, cancellationToken).ConfigureAwait(false))
        {
            lock (found) found.Add(candidate);
        }
    }

    internal static string Quoted(string name) => name.IndexOfAny([' ', '\'', '@', '$', ';', '(', ')']) < 0 ? name : $"'{name.Replace("'", "''", StringComparison.Ordinal)}'";
}
