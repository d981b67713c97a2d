namespace RlsChat.Api.Http;

/// <summary>
/// A request body. Its fields have rules (<see cref="RuleAttribute"/>), which are checked before a handler sees it.
/// </summary>
internal interface IInput;

/// <summary>
/// Checks every body. The framework's AddValidation falls short here: it checks public types only, counts UTF-16
/// units, and names C# properties.
/// </summary>
internal static class Input
{
    public static ValueTask<object?> Check(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        foreach (var argument in context.Arguments)
        {
            if (argument is IInput body)
            {
                var errors = new Errors();
                BodyRules.Of(body.GetType()).Check(body, errors);
                errors.ThrowIfAny();
            }
        }

        return next(context);
    }
}

/// <summary>What is wrong with a request, by field.</summary>
internal sealed class Errors
{
    private readonly Dictionary<string, string[]> _byField = [];

    /// <summary>Adds an error; of several of one field, the first counts.</summary>
    public void Add(string field, string error) => _byField.TryAdd(field, [error]);

    /// <exception cref="InvalidInputException">Something is wrong.</exception>
    public void ThrowIfAny()
    {
        if (_byField.Count > 0)
        {
            throw new InvalidInputException(Problems.Invalid(_byField));
        }
    }
}

/// <summary>The request is not well-formed; nothing was done.</summary>
internal sealed class InvalidInputException(Problem problem) : ProblemException(problem)
{
    public InvalidInputException(string field, string error) : this(Problems.Invalid(field, error)) { }
}
