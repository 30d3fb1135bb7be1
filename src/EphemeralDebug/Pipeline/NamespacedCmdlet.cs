using System.Management.Automation;
using EphemeralDebug.Completers;

namespace EphemeralDebug.Pipeline;

/// <summary>A cmdlet about what lives in namespaces.</summary>
public abstract class NamespacedCmdlet : KubernetesCmdlet
{
    /// <summary>The namespace; the context's by default, else <c>default</c>.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Ns", "n")]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string? Namespace { get; set; }

    /// <summary>The namespace that an object tells, else the one given; null leaves it to the context.</summary>
    private protected string? NamespaceOf(PodReference? pod = null) => pod?.Namespace ?? (string.IsNullOrEmpty(Namespace) ? null : Namespace);
}
