using EphemeralDebug.Tour;

namespace EphemeralDebug.Module.Tests.Harness;

/// <summary>A sandbox for the tests of a class or collection; KUBECONFIG leads to it while they run.</summary>
public sealed class SandboxFixture : IAsyncLifetime
{
    private SandboxCluster? _cluster;

    /// <summary>The running cluster.</summary>
    public SandboxCluster Cluster => _cluster ?? throw new InvalidOperationException("The sandbox has not been started.");

    public async ValueTask InitializeAsync() => _cluster = await SandboxCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _cluster?.DisposeAsync() ?? ValueTask.CompletedTask;
}
