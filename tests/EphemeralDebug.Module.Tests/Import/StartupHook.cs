using System.Runtime.Loader;

/// <summary>
/// .NET runs this before Main in a process whose environment variable DOTNET_STARTUP_HOOKS names this assembly. It loads an assembly into
/// the default context, as another module of the user's would have done before ours came. The name and the missing namespace are the runtime's.
/// </summary>
internal static class StartupHook
{
    public const string Preload = "EPHEMERALDEBUG_TEST_PRELOAD";

    public static void Initialize() => AssemblyLoadContext.Default.LoadFromAssemblyPath(Environment.GetEnvironmentVariable(Preload)!);
}
