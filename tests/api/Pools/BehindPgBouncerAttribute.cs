using System.Reflection;
using RlsChat.Tests.Support;
using Xunit.Sdk;

namespace RlsChat.Tests.Api.Pools;

/// <summary>
/// A case of a theory that goes through PgBouncer: skipped on a machine without it, never in CI, where it fails.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BehindPgBouncerAttribute : DataAttribute
{
    private readonly object[] _arguments;

    public BehindPgBouncerAttribute(params object[] arguments)
    {
        _arguments = arguments;
        Skip = PgBouncer.IsThere || Environment.GetEnvironmentVariable("CI") == "true"
            ? null
            : "no pgbouncer on this machine (Debian: apt-get install pgbouncer)";
    }

    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [_arguments];
}
