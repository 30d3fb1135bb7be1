using System.Text.Json.Nodes;
using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox;

namespace EphemeralDebug.Module.Tests.Errors;

/// <summary>No token, no key and no output of a plugin appears anywhere, whatever goes wrong.</summary>
public sealed class SecretTests : ClusterTests, IClassFixture<StaticCluster>
{
    private const string PluginToken = "plugin-secret-token-4711";

    private static readonly string[] s_commands =
    [
        "Get-Pod", "Get-Pod nobody", "Get-Node", "Get-EphemeralContainer", "New-EphemeralContainer web -DryRun", "New-EphemeralContainer web -DryRun -Profile Sysadmin",
        "New-EphemeralContainer nobody", "Wait-EphemeralContainer web", "Get-EphemeralContainerLog web", "Get-Pod -Context nowhere",
    ];

    public SecretTests(StaticCluster cluster) : base(cluster)
    {
        if (Cluster.Store.Get(EphemeralDebug.Sandbox.Store.ResourceType.Pods, "default", "web") is null) Cluster.StorePod("web");
    }

    public static TheoryData<string, string> Cases => new(
        from credentials in new[] { "token", "certificate", "plugin", "basic" }
        from trouble in new[] { "none", "unauthorized", "html", "cut", "malformed", "echo" }
        select (credentials, trouble));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Nothing_secret_is_said(string credentials, string trouble)
    {
        Assert.SkipWhen(credentials == "plugin" && OperatingSystem.IsWindows(), "The plugin of this test is a shell script.");
        (string file, string[] secrets) = Credentials(credentials);
        static bool All(SandboxRequest request) => true;
        switch (trouble)
        {
            case "unauthorized": Cluster.Sandbox.Faults.ExpireCredentials(All); break;
            case "html": Cluster.Sandbox.Faults.Respond(All, 200, "<html>log in</html>"); break;
            case "cut": Cluster.Sandbox.Faults.CutBody(All, 10, times: int.MaxValue); break;
            case "malformed": Cluster.Sandbox.Faults.MalformedJson(All); break;
            case "echo": Cluster.Sandbox.Faults.Respond(All, 400, """{"kind":"Status","status":"Failure","message":"bad header","reason":"BadRequest","code":400}""", "application/json"); break;
        }

        string said = string.Join('\n', s_commands.Select(command => Everything(Run($"$VerbosePreference = 'Continue'; $DebugPreference = 'Continue'; {command} -KubeConfig $file -Verbose -Debug", ("file", file)))))
            + Engine.Print(s_commands[0]);
        if (trouble == "none") Assert.Matches(@"GET api/v1/namespaces/default/pods\?limit=100: 200, \d+ ms", said);
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, said, StringComparison.Ordinal));
        if (trouble != "cut") Assert.Contains(Cluster.Sandbox.Requests, request => request.User is not null || credentials == "basic"); // they were used
    }

    private (string File, string[] Secrets) Credentials(string kind)
    {
        JsonObject config = TestCluster.Parse(File.ReadAllText(Cluster.KubeConfig));
        JsonObject user = config["users"]![0]!["user"]!.AsObject();
        string key = (string)user["client-key-data"]!;
        string[] secrets = [];
        switch (kind)
        {
            case "token":
                return (Cluster.KubeConfigOf("admin", useToken: true), [Cluster.Sandbox.Token()]);
            case "certificate":
                string pem = System.Text.Encoding.ASCII.GetString(Convert.FromBase64String(key));
                return (Cluster.KubeConfig, [key, .. pem.Split('\n').Where(line => line.Length > 20 && !line.Contains("-----", StringComparison.Ordinal))]);
            case "plugin":
                Cluster.Sandbox.AddToken(PluginToken, "admin", "system:masters");
                config["users"]![0]!["user"] = new JsonObject
                {
                    ["exec"] = new JsonObject
                    {
                        ["apiVersion"] = "client.authentication.k8s.io/v1",
                        ["interactiveMode"] = "Never",
                        ["command"] = "sh",
                        ["args"] = new JsonArray("-c", $$$"""echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"{{{PluginToken}}}"}}'"""),
                    },
                };
                secrets = [PluginToken];
                break;
            default:
                config["users"]![0]!["user"] = new JsonObject { ["username"] = "admin", ["password"] = "basic-secret-0815" };
                secrets = ["basic-secret-0815", Convert.ToBase64String("admin:basic-secret-0815"u8)];
                break;
        }

        return (Cluster.Write($"{kind}.kubeconfig", config.ToJsonString()), secrets);
    }

    private static string Everything(RunResult result) => string.Join('\n',
    [
        result.Text,
        .. result.Output.Select(item => string.Join(' ', item.Properties.Select(property => property.Value))),
        .. result.Verbose, .. result.Debug, .. result.Warnings,
        .. result.Progress.Select(record => record.StatusDescription),
        .. result.Information.Select(record => record.ToString()),
        .. result.Errors.Select(error => $"{error} {error.Exception} {error.ErrorDetails?.RecommendedAction} {error.TargetObject} {error.ScriptStackTrace}"),
    ]);
}
