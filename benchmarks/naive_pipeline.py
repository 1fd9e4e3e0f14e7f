"""The assistant that tutorials build: embed the catalogue, retrieve the nearest, put them into a prompt, let it write.

After LangChain's tutorials on retrieval-augmented generation and on its conversational form: a vector store over a
document for each product, a retriever of the four nearest, a model call that makes a follow-up stand alone (the first
message goes to the retriever as it is: `create_history_aware_retriever`), and one that answers from the documents and
the history, streamed. It is put together from langchain-core's runnables, as the tutorials' helper functions do it
themselves. `langchain_community.vectorstores.FAISS` is no dependency of Aisle's: `FlatStore` wraps the same kind of
FAISS index behind LangChain's `VectorStore`. The encoder is sentence-transformers with its defaults.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import faiss
import numpy as np
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langchain_core.vectorstores import VectorStore
from sentence_transformers import SentenceTransformer

from data.catalogue import Catalogue
from data.records import Product
from data.weights import fetch
from retrieval.encoder import DEFAULT_MODEL

K: Final = 4  # what LangChain's vector stores return where nobody says how many
CHUNK: Final = 1000  # characters: the tutorials split texts into pieces of this length; a listing keeps its first

STANDALONE: Final = ChatPromptTemplate(
    [
        (
            "system",
            "Below are a conversation and the user's latest message, which may lean on what was said before. Rewrite "
            "the message as a question that can be understood without the conversation. Do not answer it; if it stands "
            "on its own already, repeat it.",
        ),
        MessagesPlaceholder("history"),
        ("human", "{message}"),
    ]
)
ANSWER: Final = ChatPromptTemplate(
    [
        (
            "system",
            "You are a shop's assistant. Answer the user's message from the products below. If they do not hold the "
            "answer, say that you do not know. Use at most three sentences and be concise.\n\n{context}",
        ),
        MessagesPlaceholder("history"),
        ("human", "{message}"),
    ]
)


class TutorialEmbeddings(Embeddings):
    """all-MiniLM-L6-v2 with sentence-transformers' defaults, as `HuggingFaceEmbeddings` loads it.

    Raises AisleError where the model cannot be fetched.
    """

    def __init__(self) -> None:
        self._model = SentenceTransformer(str(fetch(DEFAULT_MODEL)))

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [row.tolist() for row in self._model.encode(texts, show_progress_bar=False)]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


class FlatStore(VectorStore):
    """Documents in memory and their vectors in `faiss.IndexFlatIP`; the vectors are of unit length, so the inner
    product is the cosine."""

    def __init__(self, embedding: Embeddings) -> None:
        self._embedding = embedding
        self._documents: list[Document] = []
        self._index: faiss.IndexFlatIP | None = None

    @classmethod
    def from_texts(
        cls, texts: list[str], embedding: Embeddings, metadatas: list[dict[str, Any]] | None = None, **kwargs: Any
    ) -> FlatStore:
        store = cls(embedding)
        store.add_texts(texts, metadatas)
        return store

    def add_texts(self, texts: Iterable[str], metadatas: list[dict[str, Any]] | None = None, **_: Any) -> list[str]:
        texts = list(texts)
        first = len(self._documents)
        described = metadatas or [{} for _ in texts]
        self._documents += [
            Document(page_content=text, metadata=about) for text, about in zip(texts, described, strict=True)
        ]
        vectors = np.array(self._embedding.embed_documents(texts), dtype=np.float32)
        if self._index is None:
            self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(vectors)
        return [str(place) for place in range(first, len(self._documents))]

    def similarity_search(self, query: str, k: int = K, **_: Any) -> list[Document]:
        if self._index is None:
            return []
        vector = np.array([self._embedding.embed_query(query)], dtype=np.float32)
        _scores, places = self._index.search(vector, min(k, len(self._documents)))
        return [self._documents[place] for place in places[0]]


def listing(product: Product) -> str:
    """A product as a tutorial's loader writes a row down: a line for each field, cut to a chunk."""
    rows = {
        "title": product.title,
        "category": product.category,
        "brand": product.brand or "",
        "price": f"{product.price:.2f} {product.currency}",
        **product.attributes,
        "description": product.description,
    }
    return "\n".join(f"{name}: {value}" for name, value in rows.items() if value)[:CHUNK]


@dataclass
class NaivePipeline:
    """One conversation at a time: `history` is what was said in it, by both."""

    store: FlatStore
    model: BaseChatModel
    history: list[BaseMessage] = field(default_factory=list)

    @classmethod
    def over(cls, catalogue: Catalogue, embedding: Embeddings, model: BaseChatModel) -> NaivePipeline:
        """The pipeline over a catalogue's products, encoded here and now."""
        listed = catalogue.products(range(len(catalogue)))
        described = [{"product_id": product.product_id, "title": product.title} for product in listed]
        return cls(FlatStore.from_texts([listing(product) for product in listed], embedding, described), model)

    def stream(self, message: str) -> Iterator[list[Document] | str]:
        """First the documents that were retrieved, then the pieces of the answer."""
        question = self._standalone(message)
        documents = self.store.as_retriever(search_kwargs={"k": K}).invoke(question)
        yield documents
        answer = ""
        for piece in (ANSWER | self.model | StrOutputParser()).stream(self._filled(message, documents)):
            answer += piece
            if piece:
                yield piece
        self.history += [HumanMessage(message), AIMessage(answer)]

    def _standalone(self, message: str) -> str:
        if not self.history:
            return message
        return (STANDALONE | self.model | StrOutputParser()).invoke({"message": message, "history": self.history})

    def _filled(self, message: str, documents: Sequence[Document]) -> dict[str, Any]:
        context = "\n\n".join(document.page_content for document in documents)
        return {"message": message, "history": self.history, "context": context}
