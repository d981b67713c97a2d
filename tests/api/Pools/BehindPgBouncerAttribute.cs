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

    /// <summary>
    /// Whether it needs the server to itself, as `make prove` gives it (RLSCHAT_POOL_REQUESTS): beside all other tests
    /// PgBouncer 1.18 cannot log in again after some kill, and answers 503 to the end. Why is not known yet.
    /// </summary>
    public bool Alone
    {
        get;
        set
        {
            field = value;
            Skip ??= value && Environment.GetEnvironmentVariable("RLSCHAT_POOL_REQUESTS") is null
                ? "needs the server to itself: RLSCHAT_POOL_REQUESTS=10000 make test-api FILTER=.Pools."
                : null;
        }
    }

    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [_arguments];
}
