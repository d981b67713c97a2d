using RlsChat.Database;
using Xunit;

namespace RlsChat.Tests.Support;

/// <summary>A theory that needs Node.js and npm: skipped on a machine without them, never in CI, where it fails.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NodeTheoryAttribute : TheoryAttribute
{
    /// <summary>Looks for both.</summary>
    public NodeTheoryAttribute() =>
        Skip = (Tool.Find("node") is not null && Tool.Find("npm") is not null)
            || Environment.GetEnvironmentVariable("CI") == "true"
            ? null
            : "no Node.js and npm on this machine (Debian: apt-get install nodejs npm)";
}
