// Nest on Express: controllers, injection, pipes, guards, filters, by decorators and their metadata.
import "reflect-metadata";
import { Body, CanActivate, Controller, ExecutionContext, ForbiddenException, Get, HttpCode, Injectable, Module, NotFoundException, Param, ParseIntPipe, Post, UseGuards } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";

@Injectable()
class Books {
  private titles = ["one", "two"];
  find(id: number): string {
    const title = this.titles[id];
    if (title === undefined) throw new NotFoundException(`no book ${id}`);
    return title;
  }
}

@Injectable()
class Guard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (context.switchToHttp().getRequest().headers["x-key"] !== "key") throw new ForbiddenException();
    return true;
  }
}

@Controller("books")
class BooksController {
  constructor(private readonly books: Books) {}
  @Get(":id") find(@Param("id", ParseIntPipe) id: number) { return { id, title: this.books.find(id) }; }
  @Post() @HttpCode(202) add(@Body() book: { title: string }) { return { added: book.title }; }
  @Get() @UseGuards(Guard) all() { return "all"; }
}

@Module({ controllers: [BooksController], providers: [Books] })
class App {}

async function main() {
  const app = await NestFactory.create(App, { logger: false });
  await app.listen(3000);
}
main();
