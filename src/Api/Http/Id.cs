using System.Reflection;

namespace RlsChat.Api.Http;

/// <summary>The id of a row in a route or a query; anything but a UUID is a 400 that names the parameter.</summary>
internal sealed record Id(Guid Value) : IBindableFromHttpContext<Id>
{
    public static ValueTask<Id?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        Guid.TryParseExact(
            context.Request.RouteValues[parameter.Name!] as string ?? context.Request.Query[parameter.Name!], "D", out var id)
            ? ValueTask.FromResult<Id?>(new Id(id))
            : throw new InvalidInputException(parameter.Name!, "must be a UUID");
}
