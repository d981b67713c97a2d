using System.Reflection;

namespace RlsChat.Api.Http;

/// <summary>A time in a query, to the millisecond: part of the key of a version.</summary>
internal sealed record Moment(DateTime Value) : IBindableFromHttpContext<Moment>
{
    public static ValueTask<Moment?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        !context.Request.Query.TryGetValue(parameter.Name!, out var text)
            ? ValueTask.FromResult<Moment?>(null)
            : UtcMilliseconds.TryParse(text, out var time)
                ? ValueTask.FromResult<Moment?>(new Moment(time))
                : throw new InvalidInputException(parameter.Name!, "must be a time such as 2026-01-31T09:30:00.000Z");
}
