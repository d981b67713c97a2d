using System.Reflection;
using RlsChat.Database;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace RlsChat.Tests.Support;

/// <summary>
/// Ends a test that lacks something on this machine. <see cref="SkippingFramework"/> reports the test as skipped
/// and counts it among the <see cref="Figures"/>, by which <c>make</c> names it in its last lines. Where CI is
/// <c>true</c> it fails, unless RLSCHAT_NOT_HERE lists what is missing.
/// </summary>
public sealed class NotRunException : Exception
{
    private NotRunException(string message)
        : base(message) { }

    /// <summary>Ends the test unless what it needs is here.</summary>
    /// <param name="isHere">Whether it is.</param>
    /// <param name="what">One word for it.</param>
    /// <param name="remedy">How to get it: a command, or what to configure.</param>
    public static void Unless(bool isHere, string what, string remedy)
    {
        if (!isHere)
        {
            throw new NotRunException($"{what} ({remedy})");
        }
    }

    /// <summary>Ends the test unless pg_dump and pg_restore are where the server's programs are, which may come without them.</summary>
    public static void UnlessPgDump()
    {
        var programs = Environment.GetEnvironmentVariable("RLSCHAT_POSTGRES_BIN");
        Unless(
            string.IsNullOrEmpty(programs) || File.Exists(Path.Combine(programs, "pg_dump")),
            "pg_dump", "and pg_restore, of the server's version, where RLSCHAT_POSTGRES_BIN is");
    }

    /// <summary>Ends the test unless that program is on the PATH.</summary>
    public static void UnlessFound(string program, string remedy) => Unless(Tool.Find(program) is not null, program, remedy);
}

/// <summary>The framework of xunit, in which a test that throws <see cref="NotRunException"/> is skipped.</summary>
public sealed class SkippingFramework(IMessageSink diagnosticMessageSink) : XunitTestFramework(diagnosticMessageSink)
{
    /// <inheritdoc/>
    protected override ITestFrameworkExecutor CreateExecutor(AssemblyName assemblyName) =>
        new Executor(assemblyName, SourceInformationProvider, DiagnosticMessageSink);

    private sealed class Executor(AssemblyName assembly, ISourceInformationProvider source, IMessageSink diagnostics)
        : XunitTestFrameworkExecutor(assembly, source, diagnostics)
    {
        protected override void RunTestCases(
            IEnumerable<IXunitTestCase> testCases, IMessageSink executionMessageSink, ITestFrameworkExecutionOptions executionOptions) =>
            base.RunTestCases(testCases, new Sink(executionMessageSink), executionOptions);
    }

    private sealed class Sink(IMessageSink sink) : IMessageSink
    {
        private static readonly bool IsCi = Environment.GetEnvironmentVariable("CI") == "true";

        private static readonly string[] Excused =
            (Environment.GetEnvironmentVariable("RLSCHAT_NOT_HERE") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);

        public bool OnMessage(IMessageSinkMessage message) => sink.OnMessage(message is ITestFailed failed ? Skip(failed) : message);

        private static IMessageSinkMessage Skip(ITestFailed failed)
        {
            var at = Array.IndexOf(failed.ExceptionTypes, typeof(NotRunException).FullName);
            if (at < 0)
            {
                return failed;
            }

            var reason = failed.Messages[at];
            var isExcused = Excused.Contains(reason.Split(' ')[0]);
            if (IsCi && !isExcused)
            {
                return failed;
            }

            Figures.Add($"{(isExcused ? "excused" : "not run")}.{reason}", 1);
            return new TestSkipped(failed.Test, $"not run: {reason}");
        }
    }
}
