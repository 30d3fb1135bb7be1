using System.Net;
using System.Net.Sockets;
using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox;

namespace EphemeralDebug.Module.Tests.Errors;

/// <summary>A server that is down, slow, someone else, or breaks off.</summary>
public sealed class ServerErrorTests : ClusterTests, IClassFixture<StaticCluster>
{
    private static readonly Func<SandboxRequest, bool> s_all = _ => true;

    public ServerErrorTests(StaticCluster cluster) : base(cluster)
    {
    }

    private RunResult Fail(string errorId, string script, params (string Name, object? Value)[] variables)
    {
        RunResult result = Run(script, variables);
        Assert.Equal([errorId], result.ErrorIds);
        Assert.NotEmpty(result.Errors[0].ErrorDetails.RecommendedAction);
        Assert.Empty(result.Output);
        return result;
    }

    private string Elsewhere(string server) =>
        Cluster.Write(Guid.NewGuid().ToString("n"), File.ReadAllText(Cluster.KubeConfig).Replace(Cluster.Sandbox.Server.ToString().TrimEnd('/'), server, StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(KubeConfigErrorTests.Cmdlets), MemberType = typeof(KubeConfigErrorTests))]
    public void A_server_that_is_down_is_an_error_of_every_cmdlet(string command)
    {
        int port;
        using (TcpListener listener = new(IPAddress.Loopback, 0))
        {
            listener.Start();
            port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        RunResult result = Fail("ConnectionRefused", $"{command} -KubeConfig $file", ("file", Elsewhere($"https://127.0.0.1:{port}")));
        Assert.Contains($"https://127.0.0.1:{port}", result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Contains("kubectl config view --minify", result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_nobody_knows_is_an_error() =>
        Fail("ServerNameNotResolved", "Get-Pod -KubeConfig $file", ("file", Elsewhere("https://no-such-host.invalid")));

    [Fact]
    public void A_server_that_speaks_no_TLS_is_an_error()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task speaking = SpeakAsync(listener);
        Fail("TlsFailed", "Get-Pod -KubeConfig $file", ("file", Elsewhere($"https://{listener.LocalEndpoint}")));
        listener.Stop();
        Assert.NotNull(speaking);

        static async Task SpeakAsync(TcpListener listener)
        {
            while (true)
            {
                using TcpClient client = await listener.AcceptTcpClientAsync(Cancel);
                await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), Cancel);
            }
        }
    }

    [Fact]
    public async Task A_certificate_for_another_host_is_refused()
    {
        await using Sandbox.Sandbox impostor = await EphemeralDebug.Sandbox.Sandbox.StartAsync(new SandboxOptions { CertificateForWrongHost = true }, Cancel);
        Fail("CertificateHostMismatch", "Get-Pod -KubeConfig $file", ("file", impostor.WriteKubeConfig(Path.Combine(Cluster.Folder, "impostor"))));
        Assert.Empty(impostor.Requests);
    }

    [Fact]
    public async Task A_slow_server_is_waited_for()
    {
        Cluster.StorePod("slow");
        SandboxFault fault = Cluster.Sandbox.Faults.Delay(s_all);
        using RunningPipeline pipeline = Engine.Start("Get-Pod slow");
        await fault.Hit.WaitAsync(Cancel);
        Assert.Empty(pipeline.Output.ToArray());
        fault.Release();
        Assert.Equal(["slow"], (await pipeline.EndAsync(Cancel)).Values("Name"));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(403)]
    [InlineData(502)]
    public void A_page_of_HTML_is_an_error(int status)
    {
        Cluster.Sandbox.Faults.Respond(s_all, status, "<html><title>Sign \e[31min</title></html>");
        RunResult result = Fail("NotAKubernetesServer", "Get-Pod");
        Assert.DoesNotContain('\e', result.Errors[0].ToString());
    }

    [Theory]
    [InlineData("{\"kind\":\"PodList\",\"items\":[{", "ResponseTruncated")]
    [InlineData("not json", "ResponseMalformed")]
    [InlineData("", "ResponseTruncated")]
    public void An_answer_that_is_no_list_is_an_error(string body, string errorId)
    {
        Cluster.Sandbox.Faults.MalformedJson(s_all, body);
        Fail(errorId, "Get-Pod");
    }

    [Theory]
    [InlineData("Get-Pod")]
    [InlineData("Get-Node")]
    [InlineData("Get-EphemeralContainer")]
    [InlineData("New-EphemeralContainer closes")]
    [InlineData("Get-EphemeralContainerLog closes")]
    public void A_server_that_closes_in_the_middle_of_an_answer_is_an_error(string script)
    {
        if (Cluster.Store.Get(EphemeralDebug.Sandbox.Store.ResourceType.Pods, "default", "closes") is null) Cluster.StorePod("closes");
        Cluster.Sandbox.Faults.CutBody(s_all, afterBytes: 40, times: int.MaxValue);
        Fail("ResponseTruncated", script);
    }

    [Fact]
    public void A_server_that_closes_before_it_answers_is_an_error()
    {
        Cluster.Sandbox.Faults.Cut(s_all, times: int.MaxValue);
        Fail("ConnectionLost", "Get-Pod");
        Assert.InRange(Cluster.Sandbox.Requests.Count, 2, 5); // reading is safe to repeat
    }

    [Fact]
    public void A_server_that_fails_is_an_error_with_its_words()
    {
        Cluster.Sandbox.Faults.InternalError(s_all, "etcdserver: \e[2Jleader changed", times: int.MaxValue);
        RunResult result = Fail("ServerError", "Get-Pod");
        Assert.Contains("etcdserver: leader changed", result.Errors[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_is_busy_is_asked_again()
    {
        Cluster.Sandbox.Faults.TooManyRequests(s_all, retryAfterSeconds: null);
        Cluster.Sandbox.Faults.Unavailable(s_all);
        Succeed("Get-Pod");
        Assert.Equal(3, Cluster.Sandbox.Requests.Count(request => request.Path.EndsWith("/pods", StringComparison.Ordinal))); // an empty list asks for the namespace too
    }

    [Theory]
    [MemberData(nameof(KubeConfigErrorTests.Cmdlets), MemberType = typeof(KubeConfigErrorTests))]
    public void An_expired_token_is_an_error_of_every_cmdlet(string command)
    {
        Cluster.Sandbox.Faults.ExpireCredentials(s_all);
        RunResult result = Fail("CredentialsRejected", $"{command} -KubeConfig $file", ("file", Cluster.KubeConfigOf("admin", useToken: true)));
        Assert.Contains("Unauthorized", result.Errors[0].ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Get-Pod -AllNamespaces", "list", "pods")]
    [InlineData("Get-Node", "list", "nodes")]
    [InlineData("New-EphemeralContainer allowed", "patch", "pods/ephemeralcontainers")]
    [InlineData("Get-EphemeralContainer -AllNamespaces", "list", "pods")]
    [InlineData("Get-EphemeralContainer x -n kube-system", "get", "pods")]
    public void What_the_user_may_not_do_is_an_error_with_the_rule_to_ask_for(string script, string verb, string resource)
    {
        if (Cluster.Store.Get(EphemeralDebug.Sandbox.Store.ResourceType.Pods, "default", "allowed") is null) Cluster.StorePod("allowed");
        Engine.UseKubeConfig(Cluster.KubeConfigOf("developer"));
        RunResult result = Fail("Forbidden", script);

        Assert.Contains($"User \"developer\" cannot {verb} resource \"{resource}\"", result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Contains(verb, result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Contains(resource, result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(System.Management.Automation.ErrorCategory.PermissionDenied, result.Errors[0].CategoryInfo.Category);
    }

    [Fact]
    public void What_one_namespace_forbids_another_may_allow()
    {
        Cluster.AddNamespace("locked");
        Cluster.StorePod("mixed");
        Cluster.StorePod("mixed", "locked");
        RunResult pods = Succeed("Get-Pod mixed -AllNamespaces");
        RunResult result = Run("$pods | ForEach-Object { [pscustomobject]@{ Name = $_.Name; Namespace = $_.Namespace } } | New-EphemeralContainer -NoWait -KubeConfig $file",
            ("pods", pods.Output), ("file", Cluster.KubeConfigOf("debugger")));

        Assert.Equal(["default"], result.Values("Namespace"));
        Assert.Equal(["Forbidden"], result.ErrorIds);
    }

    [Fact]
    public void A_server_without_ephemeral_containers_is_an_error()
    {
        Cluster.StorePod("old-server");
        Cluster.Sandbox.Faults.Respond(TestCluster.IsPatch, 404, """
            {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"the server could not find the requested resource","reason":"NotFound","details":{},"code":404}
            """, "application/json");
        RunResult result = Fail("EphemeralContainersUnsupported", "New-EphemeralContainer old-server");
        Assert.Contains("1.25", result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_webhook_that_refuses_is_an_error_with_its_words()
    {
        Cluster.StorePod("guarded");
        Cluster.Sandbox.Faults.Respond(TestCluster.IsPatch, 403, """
            {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"admission webhook \"policy.example.com\" denied the request: no debugging on Fridays","reason":"Forbidden","code":403}
            """, "application/json");
        RunResult result = Fail("AdmissionDenied", "New-EphemeralContainer guarded -Profile General");
        Assert.Contains("no debugging on Fridays", result.Errors[0].ToString(), StringComparison.Ordinal);
    }
}
