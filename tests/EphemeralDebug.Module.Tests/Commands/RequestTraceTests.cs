using EphemeralDebug.Module.Tests.Harness;

namespace EphemeralDebug.Module.Tests.Commands;

/// <summary>With -Debug each request to the server is told in a line. (That no secret is in it: SecretTests.)</summary>
public sealed class RequestTraceTests : ClusterTests, IClassFixture<StaticCluster>
{
    public RequestTraceTests(StaticCluster cluster) : base(cluster)
    {
        if (Cluster.Store.Get(EphemeralDebug.Sandbox.Store.ResourceType.Pods, "default", "web") is null) Cluster.StorePod("web");
    }

    [Theory]
    [InlineData("Get-Pod -Debug", @"^GET api/v1/namespaces/default/pods\?limit=100: 200, \d+ ms$")]
    [InlineData("$DebugPreference = 'Continue'; Get-Pod", @"^GET api/v1/namespaces/default/pods\?limit=100: 200, \d+ ms$")]
    [InlineData("New-EphemeralContainer web -DryRun -Debug", @"^PATCH api/v1/namespaces/default/pods/web/ephemeralcontainers\?.*dryRun=All.*: 200, \d+ ms$")]
    [InlineData("Get-EphemeralContainer nobody -Debug -ErrorAction SilentlyContinue", @"^GET api/v1/namespaces/default/pods/nobody: 404 PodNotFound, \d+ ms$")]
    public void Each_request_is_a_debug_line(string script, string line) => Assert.Contains(Run(script).Debug.Select(one => $"{one}"), one => System.Text.RegularExpressions.Regex.IsMatch(one, line));

    [Theory]
    [InlineData("Get-Pod")]
    [InlineData("$DebugPreference = 'Continue'; Get-Pod -Debug:$false")]
    public void Who_does_not_ask_is_told_nothing(string script) => Assert.Empty(Succeed(script).Debug);
}
