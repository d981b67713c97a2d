using System.Reflection;
using RlsChat.Tests.Rls.Fixtures;
using RlsChat.Tests.Support;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace RlsChat.Tests.Mutants.Running;

/// <summary>A test that went red, and what it said.</summary>
internal sealed record Red(IXunitTestCase Test, string Message)
{
    /// <summary>Namespace, class and name, with the arguments of a theory.</summary>
    public string Name => Test.DisplayName;
}

/// <summary>
/// The tests of tests/rls, run in this process by xunit's own executor: no process is started and nothing
/// is discovered again from one mutant to the next.
/// </summary>
internal sealed class Suite : IDisposable
{
    private static readonly Assembly Tests = typeof(DatabaseFixture).Assembly;

    private readonly SkippingFramework framework = new(new NullMessageSink());
    private readonly ITestFrameworkExecutor executor;

    public Suite()
    {
        executor = framework.GetExecutor(Tests.GetName());
        using var discoverer = framework.GetDiscoverer(Reflector.Wrap(Tests));
        var found = new Discovered();
        discoverer.Find(includeSourceInformation: false, found, new Options());
        found.Finished.Task.Wait();
        Classes = found.Cases
            .GroupBy(c => c.TestMethod.TestClass.Class.Name)
            // Installing makes databases of its own, from the files: no mutant is in them.
            .Where(g => !g.Key.Contains(".Installing.", StringComparison.Ordinal))
            .Select(g => new TestClass(g.Key, [.. g]))
            .OrderBy(c => c.Name, StringComparer.Ordinal)
            .ToList();
    }

    /// <summary>The test classes, by name.</summary>
    public IReadOnlyList<TestClass> Classes { get; }

    /// <summary>Runs tests of one class, one after the other, up to the first that goes red; null when none does.</summary>
    public async Task<Red?> Run(IReadOnlyList<IXunitTestCase> tests)
    {
        var sink = new FirstRed();
        executor.RunTests(tests, sink, new Options());
        await sink.Done;
        return sink.Found;
    }

    public void Dispose()
    {
        executor.Dispose();
        framework.Dispose();
    }

    private sealed class Discovered : Sink
    {
        public List<IXunitTestCase> Cases { get; } = [];

        public TaskCompletionSource Finished { get; } = new();

        public override bool OnMessage(IMessageSinkMessage message)
        {
            if (message is ITestCaseDiscoveryMessage { TestCase: IXunitTestCase { SkipReason: null } test })
            {
                Cases.Add(test);
            }
            else if (message is IDiscoveryCompleteMessage)
            {
                Finished.TrySetResult();
            }

            return true;
        }

    }

    private sealed class FirstRed : Sink
    {
        private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Done => done.Task;

        public Red? Found { get; private set; }

        public override bool OnMessage(IMessageSinkMessage message)
        {
            switch (message)
            {
                case ITestFailed failed:
                    Found ??= new Red((IXunitTestCase)failed.TestCase, string.Join(": ", failed.Messages));
                    break;
                case ITestAssemblyFinished:
                    done.TrySetResult();
                    break;
            }

            return Found is null;
        }
    }

    private abstract class Sink : LongLivedMarshalByRefObject, IMessageSink
    {
        public abstract bool OnMessage(IMessageSinkMessage message);
    }

    // One after the other: a red test ends the run, and each worker has one core.
    private sealed class Options : ITestFrameworkDiscoveryOptions, ITestFrameworkExecutionOptions
    {
        private readonly Dictionary<string, object?> values = new()
        {
            ["xunit.execution.DisableParallelization"] = true,
            ["xunit.execution.SynchronousMessageReporting"] = true,
            ["xunit.discovery.SynchronousMessageReporting"] = true,
            ["xunit.discovery.PreEnumerateTheories"] = true,
        };

        public TValue GetValue<TValue>(string name) => values.GetValueOrDefault(name) is TValue value ? value : default!;

        public void SetValue<TValue>(string name, TValue value) => values[name] = value;
    }
}

/// <summary>A class of tests/rls.</summary>
internal sealed record TestClass(string Name, IReadOnlyList<IXunitTestCase> Tests)
{
    /// <summary>Its name without the namespace.</summary>
    public string ShortName => Name[(Name.LastIndexOf('.') + 1)..];

    /// <summary>Its short name and those of the classes that it derives from.</summary>
    public IEnumerable<string> Lineage
    {
        get
        {
            for (var type = Tests[0].TestMethod.TestClass.Class; type is not null && type.Name != typeof(object).FullName; type = type.BaseType)
            {
                yield return type.Name[(type.Name.LastIndexOf('.') + 1)..];
            }
        }
    }

    /// <summary>Whether its tests commit, and so must not share a database with those that roll back.</summary>
    public bool Commits => Tests[0].TestMethod.TestClass.TestCollection.DisplayName == CommittingTests.Name;
}
