namespace EphemeralDebug.Loading;
internal static class Placeholder { }
